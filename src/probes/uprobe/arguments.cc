#include "probes/uprobe/arguments.h"

#include "probes/registers.h"

namespace trc::probes {
namespace {

using Kind = dwarf::Place::Kind;

/// Why a value can't be read though it is known where it is; "" if it can.
std::string why_unreadable(const dwarf::Parameter& parameter) {
  if (parameter.place.kind == Kind::unknown) return "it is not known where it lies";
  if (parameter.is_floating) return "it is a floating point number";
  if (parameter.type.is_none()) return "the language has no such type";
  if (parameter.place.kind == Kind::none) return "it is empty";
  if (parameter.place.kind == Kind::vector) return "it lies in a register for floating point numbers";
  if (parameter.place.kind == Kind::registers && parameter.place.count > 1) return "it lies in two registers";
  return {};
}

Argument argument_of(const dwarf::Parameter& parameter) {
  Argument argument = {.name = parameter.name, .type = parameter.type, .access = {}};
  argument.unreadable = why_unreadable(parameter);
  if (!argument.unreadable.empty()) {
    argument.type = {};
    return argument;
  }
  if (parameter.place.kind == Kind::stack) {
    argument.access = *register_named("sp");
    argument.behind = parameter.place.offset;
    return argument;
  }
  argument.access = argument_registers()[parameter.place.index];
  if (parameter.place.kind == Kind::reference)
    argument.behind = 0;
  else if (!argument.type.is_scalar())
    argument.access = {
        .kind = AccessKind::bytes, .offset = argument.access.offset, .size = argument.type.size};
  return argument;
}

} // namespace

Result<std::vector<Argument>> function_arguments(const dwarf::DebugInfo* file, uint64_t address,
                                                 const std::string& shown) {
  constexpr char kHint[] =
      "`arg0` to `arg5` are there without; debug information comes with `-g`, or in packages called "
      "`-dbg` or `-dbgsym`";
  if (file == nullptr)
    return failure(ErrorKind::refused, "`" + shown + "` has no debug information, nor is there any elsewhere",
                   kHint);
  const auto function = file->function(address);
  if (!function)
    return failure(ErrorKind::refused,
                   "the debug information of `" + shown + "` does not know a function there", kHint);
  std::vector<Argument> arguments;
  for (const dwarf::Parameter& parameter : function->parameters)
    if (!parameter.name.empty()) arguments.push_back(argument_of(parameter));
  return arguments;
}

} // namespace trc::probes
