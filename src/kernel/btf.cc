#include "kernel/btf.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

namespace trc {

/// The bytes of the file, mapped or read.
struct Btf::File {
  void* mapping = MAP_FAILED;
  size_t mapped = 0;
  std::unique_ptr<char[]> copy;
  std::string_view bytes;

  File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (mapping != MAP_FAILED) ::munmap(mapping, mapped);
  }

  static Result<std::unique_ptr<File>> open(const std::string& path);
};

Result<std::unique_ptr<Btf::File>> Btf::File::open(const std::string& path) {
  Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status;
  if (!fd || ::fstat(fd.get(), &status) != 0) return errno_failure(errno, "can't open " + path);
  auto file = std::make_unique<File>();
  file->mapped = static_cast<size_t>(status.st_size);
  file->mapping = ::mmap(nullptr, file->mapped, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (file->mapping != MAP_FAILED) {
    file->bytes = {static_cast<const char*>(file->mapping), file->mapped};
    return file;
  }
  // Kernels before 6.16 only let it be read, a page at a time.
  file->copy = std::make_unique_for_overwrite<char[]>(file->mapped);
  size_t filled = 0;
  while (filled < file->mapped) {
    ssize_t got = ::read(fd.get(), file->copy.get() + filled, file->mapped - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return errno_failure(errno, "can't read " + path);
    if (got == 0) break;
    filled += got;
  }
  file->bytes = {file->copy.get(), filled};
  return file;
}

Btf::Btf(std::unique_ptr<File> file) : file_(std::move(file)) {}
Btf::Btf(Btf&&) noexcept = default;
Btf& Btf::operator=(Btf&&) noexcept = default;
Btf::~Btf() = default;

Result<Btf> Btf::open(const std::string& path, const Btf* base) {
  auto file = File::open(path);
  if (!file) return std::unexpected(file.error());
  const std::string_view bytes = (*file)->bytes;
  btf_header header;
  auto broken = [&] {
    return failure(ErrorKind::invalid, path + " is not BTF of this machine's byte order");
  };
  if (bytes.size() < sizeof header) return broken();
  std::memcpy(&header, bytes.data(), sizeof header);
  auto inside = [&](uint64_t offset, uint64_t size) {
    return header.hdr_len + offset + size <= bytes.size();
  };
  if (header.magic != BTF_MAGIC || header.hdr_len < sizeof header || header.hdr_len % 4 != 0 ||
      header.type_off % 4 != 0 || !inside(header.type_off, header.type_len) ||
      !inside(header.str_off, header.str_len) || header.str_len == 0)
    return broken();

  Btf btf(std::move(*file));
  btf.types_ = bytes.substr(header.hdr_len + header.type_off, header.type_len);
  btf.strings_ = bytes.substr(header.hdr_len + header.str_off, header.str_len);
  // With these every string has an end, and each name an end of another before it.
  if (btf.strings_.back() != '\0') return broken();
  // Its first string is "". That of split BTF is the base's.
  if (!base && btf.strings_.front() != '\0') return broken();
  if (!base) return btf;
  base->walk_all();
  btf.base_ = base;
  btf.first_id_ = base->first_id_ + base->starts_.size();
  btf.first_string_ = base->first_string_ + base->strings_.size();
  return btf;
}

namespace {

/// Bytes behind the fixed part of a type, by kind: a fixed number, and one for each of its vlen members.
struct KindSize {
  uint8_t fixed, each;
};
constexpr KindSize kKindSizes[] = {
    {0, 0},                       // void: never stands in the table
    {4, 0},                       // INT
    {0, 0},                       // PTR
    {sizeof(btf_array), 0},       // ARRAY
    {0, sizeof(btf_member)},      // STRUCT
    {0, sizeof(btf_member)},      // UNION
    {0, sizeof(btf_enum)},        // ENUM
    {0, 0},                       // FWD
    {0, 0},                       // TYPEDEF
    {0, 0},                       // VOLATILE
    {0, 0},                       // CONST
    {0, 0},                       // RESTRICT
    {0, 0},                       // FUNC
    {0, sizeof(btf_param)},       // FUNC_PROTO
    {sizeof(btf_var), 0},         // VAR
    {0, sizeof(btf_var_secinfo)}, // DATASEC
    {0, 0},                       // FLOAT
    {sizeof(btf_decl_tag), 0},    // DECL_TAG
    {0, 0},                       // TYPE_TAG
    {0, sizeof(btf_enum64)},      // ENUM64
};

const btf_type& type_at(std::string_view types, uint32_t start) {
  return *reinterpret_cast<const btf_type*>(types.data() + start);
}

} // namespace

/// Steps over one more type. False at the end, and before a type of a kind from the future: its size is not
/// known, so that nothing behind it can be found.
bool Btf::extend() const {
  if (types_.size() - walked_ < sizeof(btf_type)) return false;
  const btf_type& next = type_at(types_, walked_);
  uint32_t kind = BTF_INFO_KIND(next.info);
  if (kind == BTF_KIND_UNKN || kind >= std::size(kKindSizes)) return false;
  uint64_t size =
      sizeof(btf_type) + kKindSizes[kind].fixed + uint64_t{kKindSizes[kind].each} * BTF_INFO_VLEN(next.info);
  if (size > types_.size() - walked_) return false;
  starts_.push_back(walked_);
  walked_ += size;
  return true;
}

void Btf::walk_all() const {
  while (extend()) {
  }
}

const btf_type& Btf::own(uint32_t index) const { return type_at(types_, starts_[index]); }

std::optional<uint32_t> Btf::string_offset(std::string_view text) const {
  if (text.empty()) return {};
  // What the base has is not repeated.
  if (auto offset = base_ ? base_->string_offset(text) : std::nullopt) return offset;
  if (text == last_text_) return last_offset_;
  last_text_ = text;
  last_offset_.reset();
  const std::string needle = '\0' + last_text_ + '\0';
  if (strings_.starts_with(std::string_view(needle).substr(1))) return last_offset_ = first_string_;
  const void* found = ::memmem(strings_.data(), strings_.size(), needle.data(), needle.size());
  if (found) last_offset_ = first_string_ + (static_cast<const char*>(found) + 1 - strings_.data());
  return last_offset_;
}

std::optional<uint32_t> Btf::find(std::string_view name, std::initializer_list<uint32_t> kinds) const {
  auto offset = string_offset(name);
  if (!offset) return {};
  for (uint32_t index = 0; index < starts_.size() || extend(); ++index) {
    const btf_type& candidate = own(index);
    if (candidate.name_off != *offset) continue;
    uint32_t kind = BTF_INFO_KIND(candidate.info);
    if (std::find(kinds.begin(), kinds.end(), kind) != kinds.end()) return first_id_ + index;
  }
  return {};
}

std::vector<Btf::Named> Btf::with_prefix(std::string_view prefix, uint32_t kind) const {
  std::vector<Named> found;
  for (uint32_t index = 0; index < starts_.size() || extend(); ++index) {
    const btf_type& candidate = own(index);
    if (BTF_INFO_KIND(candidate.info) != kind) continue;
    if (std::string_view text = name(candidate); text.starts_with(prefix))
      found.push_back({text, first_id_ + index});
  }
  return found;
}

namespace {

/// Index of the member whose name has that offset in the string table.
template<class Member> std::optional<uint32_t> index_of(std::span<const Member> members, uint32_t name_off) {
  auto found = std::find_if(members.begin(), members.end(),
                            [&](const Member& member) { return member.name_off == name_off; });
  if (found == members.end()) return {};
  return found - members.begin();
}

bool is_tag(uint32_t kind) {
  return kind == BTF_KIND_STRUCT || kind == BTF_KIND_UNION || kind == BTF_KIND_ENUM ||
         kind == BTF_KIND_ENUM64;
}

} // namespace

std::optional<Btf::Enumerator> Btf::find_enumerator(std::string_view name) const {
  auto offset = string_offset(name);
  if (!offset) return {};
  for (uint32_t index = 0; index < starts_.size() || extend(); ++index) {
    const btf_type& candidate = own(index);
    const uint32_t kind = BTF_INFO_KIND(candidate.info);
    std::optional<uint32_t> found;
    if (kind == BTF_KIND_ENUM) found = index_of(members<btf_enum>(candidate), *offset);
    if (kind == BTF_KIND_ENUM64) found = index_of(members<btf_enum64>(candidate), *offset);
    if (found) return Enumerator{first_id_ + index, *found};
  }
  return {};
}

bool Btf::is_hidden(uint32_t id) const {
  if (id < first_id_) return base_ && base_->is_hidden(id);
  const btf_type* type = this->type(id);
  if (!type || type->name_off == 0) return false;
  const uint64_t strings = uint64_t{first_string_} + strings_.size();
  if (type->name_off >= strings) return false;
  seen_names_.resize(strings);
  for (; seen_ <= id - first_id_; ++seen_) {
    const btf_type& next = own(seen_);
    if (next.name_off == 0 || next.name_off >= strings || !is_tag(BTF_INFO_KIND(next.info))) continue;
    if (seen_names_[next.name_off]) hidden_.push_back(first_id_ + seen_);
    seen_names_[next.name_off] = true;
  }
  if (std::binary_search(hidden_.begin(), hidden_.end(), id)) return true;
  return base_ && type->name_off < first_string_ &&
         base_->find(name(*type), {BTF_KIND_STRUCT, BTF_KIND_UNION, BTF_KIND_ENUM, BTF_KIND_ENUM64});
}

const btf_type* Btf::type(uint32_t id) const {
  if (id == 0) return nullptr;
  if (id < first_id_) return base_ ? base_->type(id) : nullptr;
  while (starts_.size() <= id - first_id_)
    if (!extend()) return nullptr;
  return &own(id - first_id_);
}

std::string_view Btf::string(uint32_t offset) const {
  if (offset < first_string_) return base_ ? base_->string(offset) : std::string_view();
  offset -= first_string_;
  return offset < strings_.size() ? std::string_view(strings_.data() + offset) : std::string_view();
}

} // namespace trc
