#include "probes/btf_arguments.h"

#include "ctypes/btf_types.h"

namespace trc::probes {

// Of structs by value only such pass here (kernel: include/trace/bpf_probe.h, CAST_TO_U64).
Argument word_argument(const Kernel& kernel, const BtfParameter& parameter, uint32_t offset,
                       const std::string& module) {
  Argument made = {
      .name = parameter.name, .type = kernel_type(kernel, parameter.type_id, module), .access = {}};
  if (made.type.is_none() || made.type.size > kContextWord) {
    made.type = {};
    made.unreadable = "it is wider than 64 bits";
    return made;
  }
  const BtfArgumentRules rules = btf_argument_rules(kernel, parameter.type_id, module);
  made.access = {.kind = AccessKind::value, .offset = offset, .size = kContextWord, .through = {}};
  made.access.is_trusted = rules.is_trusted;
  if (!rules.is_loadable) {
    made.access.kind = AccessKind::bytes;
    made.access.size = made.type.size;
  }
  return made;
}

} // namespace trc::probes
