// watchpoint: the processor's debug registers watch an address, of the kernel or of the traced process.
#include <algorithm>
#include <cctype>
#include <iterator>
#include <optional>
#include <string>

#include "kernel/kernel.h"
#include "probes/contexts.h"
#include "probes/report.h"

namespace trc::probes {
namespace {

constexpr uint32_t kLengths[] = {1, 2, 4, 8};
/// What an x86-64 processor can watch for; reads alone it can't.
constexpr std::string_view kModes[] = {"rw", "w", "x"};

std::optional<uint64_t> address_of(const AttachPointText& point, const ResolveContext& context) {
  const Part& part = point.parts[0];
  if (std::isalpha(static_cast<unsigned char>(part.text.front())) || part.text.front() == '_') {
    auto symbol = context.kernel.symbol_address(part.text);
    if (symbol && *symbol != 0) return *symbol;
    report_bad_part(
        point, part, context, symbol ? "the kernel does not tell where it is" : symbol.error().cause,
        symbol ? "the addresses in /proc/kallsyms are for root"
               : "a kernel without CONFIG_KALLSYMS_ALL lists only functions there; an address works, too");
    return {};
  }
  auto number = read_number(point, part, context, "an address, for example 0xffffffff82000000");
  if (!number) return {};
  if (*number == 0) {
    report_bad_part(point, part, context, "nothing is at this address", "");
    return {};
  }
  return number;
}

std::optional<uint64_t> length_of(const AttachPointText& point, uint64_t address,
                                  const ResolveContext& context) {
  const Part& part = point.parts[1];
  auto length = read_number(point, part, context, "a number of bytes: 1, 2, 4 or 8");
  if (!length) return {};
  if (std::find(std::begin(kLengths), std::end(kLengths), *length) == std::end(kLengths)) {
    report_bad_part(point, part, context, "this many bytes can't be watched", "1, 2, 4 or 8 can");
    return {};
  }
  if (address % *length != 0) {
    report_bad_part(point, part, context, "the address is no multiple of it",
                    "the processor watches aligned places only");
    return {};
  }
  return length;
}

bool is_mode(const AttachPointText& point, const ResolveContext& context) {
  const Part& part = point.parts[2];
  if (std::find(std::begin(kModes), std::end(kModes), part.text) != std::end(kModes)) return true;
  report_bad_part(point, part, context,
                  part.text == "r" ? "this processor can't watch reads alone" : "there is no such mode",
                  "`w` is writes, `rw` reads and writes, `x` execution");
  return false;
}

} // namespace

void resolve_watchpoint(const AttachPointText& point, const ResolveContext& context,
                        std::vector<Match>& matches) {
  const auto& parts = point.parts;
  if (parts.size() != 3 || parts[0].text.empty() || parts[1].text.empty() || parts[2].text.empty())
    return report_bad_form(point, context, "for example `watchpoint:0x7ffe12345678:8:w`");
  const auto address = address_of(point, context);
  if (!address) return;
  const auto length = length_of(point, *address, context);
  if (!length || !is_mode(point, context)) return;
  Match match;
  match.name = "watchpoint:" + parts[0].text + ":" + parts[1].text + ":" + parts[2].text;
  match.type = ProgramType::perf_event;
  match.attach = {
      .provider = "watchpoint", .target = parts[2].text + ":" + std::to_string(*length), .value = *address};
  match.has_cookie = true;
  match.filters_pid_itself = true;
  match.context = perf_event_context();
  matches.push_back(std::move(match));
}

} // namespace trc::probes
