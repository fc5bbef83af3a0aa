// A reader of BTF, the kernel's description of its own types (kernel: Documentation/bpf/btf.rst).
//
// Not libbpf's: that one copies the 5.5 MB of vmlinux, walks all of its 130,000 types and indexes them (5
// ms), although a script asks two or three questions. This one maps the file (kernel 6.16 and later; else it
// reads it), looks a name up in the string table, where each string stands once, and walks the types only
// until it has found it. Measured: 0.25 ms and no memory of our own for what a system call tracepoint needs.
//
// The BTF of a module is split: it goes on where that of vmlinux, its base, ends. Ids and string offsets
// below its own are the base's.
#pragma once

#include <cstdint>
#include <linux/btf.h>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace trc {

class Btf {
public:
  /// `base` is what split BTF continues; it must outlive what is opened.
  static Result<Btf> open(const std::string& path, const Btf* base = nullptr);
  Btf(Btf&&) noexcept;
  Btf& operator=(Btf&&) noexcept;
  ~Btf();

  /// Id of the first type with this name of one of the kinds (BTF_KIND_…). Not one of the base's.
  std::optional<uint32_t> find(std::string_view name, std::initializer_list<uint32_t> kinds) const;

  struct Named {
    std::string_view name;
    uint32_t id;
  };
  /// All types of a kind whose names start so, in id order.
  std::vector<Named> with_prefix(std::string_view prefix, uint32_t kind) const;

  struct Enumerator {
    uint32_t id; ///< of the ENUM or ENUM64
    uint32_t index;
  };
  /// The first enumeration constant of that name. Not one of the base's.
  std::optional<Enumerator> find_enumerator(std::string_view name) const;

  /// Whether a struct, union or enumeration has the name of another one before it, so that find() doesn't
  /// find it: those of one source file of the kernel. Forward declarations count as neither.
  bool is_hidden(uint32_t id) const;

  /// Of its own types: 1, or for split BTF what follows the base's last.
  uint32_t first_id() const { return first_id_; }
  /// Null for id 0 (void) and ids that are not there.
  const btf_type* type(uint32_t id) const;
  /// What stands behind a type's fixed part. Member: btf_member, btf_param or btf_array.
  template<class Member> std::span<const Member> members(const btf_type& type) const {
    return {reinterpret_cast<const Member*>(&type + 1), BTF_INFO_VLEN(type.info)};
  }
  /// "" for an offset outside of the table.
  std::string_view string(uint32_t offset) const;
  std::string_view name(const btf_type& type) const { return string(type.name_off); }

private:
  struct File;
  explicit Btf(std::unique_ptr<File> file);
  bool extend() const;
  void walk_all() const;
  /// Of the own type with that index.
  const btf_type& own(uint32_t index) const;
  std::optional<uint32_t> string_offset(std::string_view text) const;

  std::unique_ptr<File> file_;
  std::string_view types_;
  std::string_view strings_;
  const Btf* base_ = nullptr;
  uint32_t first_id_ = 1;     ///< of the own types
  uint32_t first_string_ = 0; ///< offset of the own strings
  /// Where the types start that were walked so far; grown by extend(). Index is the id less first_id_.
  mutable std::vector<uint32_t> starts_;
  mutable uint32_t walked_ = 0; ///< bytes of types_
  /// The question before: all modules ask their base the same.
  mutable std::string last_text_;
  mutable std::optional<uint32_t> last_offset_;
  /// For is_hidden(): the names (by offset) seen so far, how many types that are, and the ids found hidden.
  mutable std::vector<bool> seen_names_;
  mutable uint32_t seen_ = 0;
  mutable std::vector<uint32_t> hidden_;
};

} // namespace trc
