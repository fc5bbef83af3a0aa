// See loader.h: resolves the references of the programs to maps and constants, and hands them to the
// verifier.
#include "runtime/loader.h"

#include <algorithm>
#include <array>
#include <bpf/bpf.h>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <sys/resource.h>

#include "base/check.h"
#include "runtime/bpf_call.h"
#include "runtime/elf_object.h"
#include "runtime/verifier_log.h"

namespace trc::runtime {
namespace {

struct TypeRow {
  ProgramType type;
  bpf_prog_type kernel_type;
  uint32_t attach_type;
};
/// BPF_TRACE_UPROBE_MULTI (Linux 6.6), which the headers of Debian 12 don't know.
constexpr uint32_t kUprobeMulti = 48;

constexpr std::array kTypes = {
    TypeRow{ProgramType::raw_tracepoint, BPF_PROG_TYPE_RAW_TRACEPOINT, 0},
    TypeRow{ProgramType::btf_tracepoint, BPF_PROG_TYPE_TRACING, BPF_TRACE_RAW_TP},
    TypeRow{ProgramType::fentry, BPF_PROG_TYPE_TRACING, BPF_TRACE_FENTRY},
    TypeRow{ProgramType::fexit, BPF_PROG_TYPE_TRACING, BPF_TRACE_FEXIT},
    TypeRow{ProgramType::tracepoint, BPF_PROG_TYPE_TRACEPOINT, 0},
    TypeRow{ProgramType::perf_event, BPF_PROG_TYPE_PERF_EVENT, 0},
    TypeRow{ProgramType::kprobe, BPF_PROG_TYPE_KPROBE, 0},
    TypeRow{ProgramType::kprobe_multi, BPF_PROG_TYPE_KPROBE, BPF_TRACE_KPROBE_MULTI},
    TypeRow{ProgramType::uprobe_multi, BPF_PROG_TYPE_KPROBE, kUprobeMulti},
    TypeRow{ProgramType::iterator, BPF_PROG_TYPE_TRACING, BPF_TRACE_ITER},
};

/// Bytes for the verifier's words: what is tried first, and what the kernel can take (kernel/bpf/log.c: it
/// needs 128 at least).
constexpr size_t kFirstLog = 256 << 10, kLeastLog = 4096, kMostLog = 16 << 20;

const TypeRow& type_row(ProgramType type) {
  for (const TypeRow& row : kTypes)
    if (row.type == type) return row;
  TRC_CHECK(false, "a program type without a row");
}

/// The code of a program: a copy, as the bytes of a section have no alignment.
std::vector<bpf_insn> instructions_of(const Section& section) {
  std::vector<bpf_insn> code(section.bytes.size() / sizeof(bpf_insn));
  std::memcpy(code.data(), section.bytes.data(), code.size() * sizeof(bpf_insn));
  return code;
}

std::unexpected<Error> unresolved(const Relocation& relocation, const std::string& section) {
  return failure(ErrorKind::invalid,
                 "internal error: no way to resolve `" + relocation.symbol + "` (" + relocation.section +
                     ", relocation type " + std::to_string(relocation.type) + ") in " + section,
                 "this is a bug in trc, not in your script: please report it");
}

class Loader {
public:
  Loader(const Manifest& manifest, const ElfObject& object, const LoadedMaps& maps)
      : manifest_(manifest), object_(object), maps_(maps) {}

  /// BTF is for messages and for the names of functions in profiles: without it everything works as well.
  void load_btf() {
    const Section* section = object_.find(".BTF");
    if (section == nullptr) return;
    btf_ = runtime::load_btf(section->bytes);
  }

  /// Invalid where the kernel refuses the function; `refusal` then says why.
  Result<Fd> load_program_of(const ProgramInfo& info, std::optional<Error>& refusal) {
    const Section* section = object_.find(info.section);
    if (section == nullptr)
      return failure(ErrorKind::invalid, "internal error: the object has no section " + info.section);
    std::vector<bpf_insn> code = instructions_of(*section);
    for (const Relocation& relocation : section->relocations)
      if (auto done = relocate(*section, relocation, code); !done) return std::unexpected(done.error());

    const TypeRow& row = type_row(info.type);
    auto target = open_btf_of(info.attach_module);
    if (!target) return std::unexpected(target.error());
    ProgramBtf btf;
    if (btf_) btf = read_program_btf(object_, info.section);
    ProgramSpec spec{.type = row.kernel_type,
                     .expected_attach_type = row.attach_type,
                     .attach_btf_id = info.attach_btf_id,
                     .attach_btf = target->get(),
                     .name = info.name,
                     .license = manifest_.license.c_str(),
                     .instructions = code,
                     .btf = btf.functions.empty() ? -1 : btf_.get(),
                     .functions = btf.functions,
                     .lines = btf.lines};
    Fd program = load_program(spec);
    if (program) return program;
    return refused(info, spec, errno, refusal);
  }

private:
  /// Invalid for the kernel itself, which needs none. A program stands for its own BTF.
  static Result<Fd> open_btf_of(const std::string& module) {
    if (module.empty()) return Fd();
    constexpr std::string_view kProgram = "program ";
    if (module.starts_with(kProgram)) {
      Fd program(::bpf_prog_get_fd_by_id(std::strtoul(module.c_str() + kProgram.size(), nullptr, 10)));
      if (program) return program;
      return errno_failure(errno, "can't open the BPF " + module,
                           "has it ended? `bpftool prog` lists those that run");
    }
    Fd btf = open_module_btf(module);
    if (btf) return btf;
    return errno_failure(errno, "can't open the BTF of module `" + module + "`",
                         "is it loaded? `lsmod` lists modules");
  }

  Result<void> relocate(const Section& section, const Relocation& relocation, std::vector<bpf_insn>& code) {
    size_t index = relocation.offset / sizeof(bpf_insn);
    if (relocation.type == kRelocateCall && index < code.size() && relocation.section == section.name) {
      // `imm` counts from the start of a section symbol, and is -1 for a function's own symbol.
      int64_t target = static_cast<int64_t>(relocation.value / sizeof(bpf_insn)) + code[index].imm + 1;
      code[index].imm = static_cast<int32_t>(target - static_cast<int64_t>(index) - 1);
      return {};
    }
    if (relocation.type == kRelocateCall && index < code.size() && relocation.symbol.starts_with("kernel.")) {
      code[index].src_reg = BPF_PSEUDO_KFUNC_CALL;
      code[index].imm = static_cast<int32_t>(std::strtoul(relocation.symbol.c_str() + 7, nullptr, 10));
      return {};
    }
    if (relocation.type != kRelocate64 || index + 1 >= code.size())
      return unresolved(relocation, section.name);
    if (relocation.section == section.name) {
      // The address of a function of this program: `imm` counts bytes from the symbol; the kernel wants
      // instructions from the next one.
      const uint64_t target = (relocation.value + static_cast<uint32_t>(code[index].imm)) / sizeof(bpf_insn);
      code[index].src_reg = BPF_PSEUDO_FUNC;
      code[index].imm = static_cast<int32_t>(static_cast<int64_t>(target) - static_cast<int64_t>(index) - 1);
      return {};
    }
    return refer(section, relocation, code[index], code[index + 1]);
  }

  /// Fills in a ld_imm64: the descriptor in the first half, the offset in the map's value in the second.
  Result<void> refer(const Section& section, const Relocation& relocation, bpf_insn& low, bpf_insn& high) {
    if (relocation.section.empty() && relocation.symbol == "data") {
      low.src_reg = BPF_PSEUDO_MAP_VALUE;
      high.imm = low.imm;
      low.imm = maps_.data_fd.get();
      return {};
    }
    if (relocation.section.empty() && relocation.symbol.starts_with("map.")) {
      size_t number = std::strtoul(relocation.symbol.c_str() + 4, nullptr, 10);
      if (number >= maps_.maps.size() || !maps_.maps[number].fd) return unresolved(relocation, section.name);
      low.src_reg = BPF_PSEUDO_MAP_FD;
      low.imm = maps_.maps[number].fd.get();
      high.imm = 0;
      return {};
    }
    if (!relocation.section.starts_with(".rodata")) return unresolved(relocation, section.name);
    auto constants = constants_of(relocation.section);
    if (!constants) return std::unexpected(constants.error());
    low.src_reg = BPF_PSEUDO_MAP_VALUE;
    high.imm = static_cast<int32_t>(low.imm + static_cast<int64_t>(relocation.value));
    low.imm = *constants;
    return {};
  }

  /// A frozen map with the content of a .rodata section, made when it is first needed.
  Result<int> constants_of(const std::string& name) {
    auto known = constants_.find(name);
    if (known != constants_.end()) return known->second.get();
    const Section* section = object_.find(name);
    if (section == nullptr) return failure(ErrorKind::invalid, "internal error: the object has no " + name);
    Fd fd = create_map({.type = BPF_MAP_TYPE_ARRAY,
                        .name = "trc.rodata",
                        .key_size = sizeof(uint32_t),
                        .value_size = static_cast<uint32_t>(section->bytes.size()),
                        .max_entries = 1,
                        .flags = BPF_F_RDONLY_PROG});
    uint32_t key = 0;
    if (!fd || bpf_map_update_elem(fd.get(), &key, section->bytes.data(), BPF_ANY) != 0 ||
        bpf_map_freeze(fd.get()) != 0)
      return errno_failure(errno, "cannot create the map of the script's constants");
    return constants_.emplace(name, std::move(fd)).first->second.get();
  }

  /// Loads once more, with a log this time, to learn why.
  Result<Fd> refused(const ProgramInfo& info, const ProgramSpec& spec, int number,
                     std::optional<Error>& refusal) {
    const size_t most = std::clamp<uint64_t>(manifest_.log_size, kLeastLog, kMostLog);
    // BPF_LOG_LEVEL1 and BPF_LOG_STATS: linux/bpf_verifier.h
    constexpr uint32_t kWholeLog = 1, kOnlyComplaints = 4;
    // A log that is too long keeps its end, where the complaint is, since Linux 6.4; before that its start.
    auto has_end = [](const std::vector<char>& log) {
      return std::string_view(log.data()).find("\nprocessed ") != std::string_view::npos;
    };
    std::vector<char> log;
    int log_error = ENOSPC;
    for (size_t size = 0; log_error == ENOSPC && size < most;) {
      size = size == 0 ? std::min(kFirstLog, most) : std::min(4 * size, most);
      log.assign(size + 1, '\0'); // always ended by NUL
      if (Fd program = load_program(spec, kWholeLog, std::span(log).first(size))) return program;
      log_error = has_end(log) ? 0 : errno;
    }
    if (log_error == ENOSPC) load_program(spec, kOnlyComplaints, std::span(log).first(most));
    Error why =
        explain_refusal(manifest_, info, read_program_btf(object_, info.section).lines, number, log.data());
    if (!refuses_target(info, log.data())) return std::unexpected(std::move(why));
    refusal = std::move(why);
    return Fd();
  }

  const Manifest& manifest_;
  const ElfObject& object_;
  const LoadedMaps& maps_;
  std::map<std::string, Fd> constants_;
  Fd btf_;
};

/// Kernels before 5.11 count BPF memory against RLIMIT_MEMLOCK. Where we may not raise it, creating a map
/// will tell.
void raise_memory_limit() {
  rlimit limit{RLIM_INFINITY, RLIM_INFINITY};
  ::setrlimit(RLIMIT_MEMLOCK, &limit);
}

} // namespace

Result<LoadedObject> load(const CompiledProgram& program, const std::function<bool(size_t loaded)>& goes_on) {
  raise_memory_limit();
  auto object = read_elf(program.object);
  if (!object) return std::unexpected(object.error());
  auto maps = create_maps(program.manifest);
  if (!maps) return std::unexpected(maps.error());

  LoadedObject loaded{.maps = std::move(*maps), .programs = {}, .refused_targets = {}};
  Loader loader(program.manifest, *object, loaded.maps);
  loader.load_btf();
  for (const ProgramInfo& info : program.manifest.programs) {
    if (!goes_on(loaded.programs.size())) {
      loaded.is_complete = false;
      return loaded;
    }
    std::optional<Error> refusal;
    auto fd = loader.load_program_of(info, refusal);
    if (!fd) return std::unexpected(fd.error());
    if (refusal) loaded.refused_targets.emplace(loaded.programs.size(), std::move(*refusal));
    loaded.programs.push_back(std::move(*fd));
  }
  return loaded;
}

} // namespace trc::runtime
