#include "probes/period_text.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "lang/literal.h"
#include "probes/report.h"

namespace trc::probes {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;
// Shorter ones would keep a CPU busy with nothing but the probe.
constexpr uint64_t kShortest = 1'000;

struct Unit {
  std::string_view name;
  uint64_t nanoseconds; ///< 0: a frequency
};
constexpr Unit kUnits[] = {{"hz", 0}, {"s", kSecond}, {"ms", 1'000'000}, {"us", 1'000}};
constexpr const char* kUnitHint = "units are `hz`, `s`, `ms` and `us`";

const Unit* find_unit(std::string_view name) {
  auto found =
      std::find_if(std::begin(kUnits), std::end(kUnits), [&](const Unit& u) { return u.name == name; });
  return found == std::end(kUnits) ? nullptr : found;
}

/// What the functions below share: whose period it is, and a way to complain about a part of it.
struct Reader {
  std::string_view provider;
  const AttachPointText& point;
  const ResolveContext& context;

  std::nullopt_t bad(const Part& part, std::string cause, std::string hint = {}) const {
    // An empty part has no width to mark: the whole attach point is shown instead.
    const bool empty = part.text.empty();
    context.diagnostics.report(DiagnosticId::bad_duration, empty ? point.span : part.span,
                               empty ? point.whole : part.text, provider, std::move(cause), std::move(hint));
    return std::nullopt;
  }

  std::string example(std::string_view rest) const {
    return "for example `" + std::string(provider) + ":" + std::string(rest) + "`";
  }

  std::optional<Period> period(std::string_view target, uint64_t value, std::string_view rest) const {
    std::string name = std::string(provider) + ":" + std::string(rest);
    return Period{{std::string(provider), std::string(target), value}, std::move(name)};
  }

  std::optional<Period> unit_and_number() const;
  std::optional<Period> duration() const;
};

/// `ms:10`
std::optional<Period> Reader::unit_and_number() const {
  const Part &unit_part = point.parts[0], &number_part = point.parts[1];
  const Unit* unit = find_unit(unit_part.text);
  if (!unit && find_unit(number_part.text))
    return bad(unit_part, "the unit comes first", example(number_part.text + ":" + unit_part.text));
  if (!unit) return bad(unit_part, "there is no such unit", kUnitHint);
  if (number_part.text.empty())
    return bad(number_part, "a number is missing", example(unit_part.text + ":1"));
  auto number = parse_integer(number_part.text, LiteralOrigin::text);
  if (!number) return bad(number_part, "it is not an integer: " + number.error().cause, number.error().hint);
  if (number->is_duration)
    return bad(number_part, "it has a unit twice",
               example(number_part.text) + ", or a number behind `" + unit_part.text + ":`");
  const uint64_t value = number->value;
  if (value == 0) return bad(number_part, "it must be at least 1");
  const std::string rest = unit_part.text + ":" + number_part.text;
  if (unit->nanoseconds == 0) {
    if (value > kSecond / kShortest)
      return bad(number_part, "the highest frequency is " + std::to_string(kSecond / kShortest));
    return period(kHertz, value, rest);
  }
  if (value > std::numeric_limits<int64_t>::max() / unit->nanoseconds)
    return bad(number_part, "it is too long");
  return period(kNanoseconds, value * unit->nanoseconds, rest);
}

/// `10ms`
std::optional<Period> Reader::duration() const {
  const Part& part = point.parts[0];
  if (find_unit(part.text)) return bad(part, "a number is missing", example(part.text + ":1"));
  if (part.text.ends_with(kHertz)) {
    std::string number = part.text.substr(0, part.text.size() - kHertz.size());
    return bad(part, "a frequency is written with its unit first", example("hz:" + number));
  }
  auto number = parse_integer(part.text, LiteralOrigin::text);
  if (!number) return bad(part, "it is not a duration: " + number.error().cause, example("10ms"));
  if (!number->is_duration)
    return bad(part, "it has no unit",
               example(part.text + "s") + " or `" + std::string(provider) + ":hz:" + part.text + "`");
  if (number->value < kShortest) return bad(part, "the shortest period is 1 microsecond");
  if (number->value > std::numeric_limits<int64_t>::max()) return bad(part, "it is too long");
  return period(kNanoseconds, number->value, "us:" + std::to_string(number->value / 1'000));
}

} // namespace

std::optional<Period> parse_period(std::string_view provider, const AttachPointText& point,
                                   const ResolveContext& context) {
  const Reader reader = {provider, point, context};
  if (point.parts.size() == 2) return reader.unit_and_number();
  if (point.parts.size() == 1 && !point.parts[0].text.empty()) return reader.duration();
  report_bad_form(point, context, reader.example("s:1"));
  return std::nullopt;
}

} // namespace trc::probes
