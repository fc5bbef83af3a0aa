#include "driver/trial_mode.h"

#include <algorithm>
#include <regex.h>
#include <vector>

namespace trc {
namespace {

/// An extended regular expression as regcomp(3) has it.
class Filter {
public:
  explicit Filter(const std::string& text)
      : error_(::regcomp(&regex_, text.c_str(), REG_EXTENDED | REG_NOSUB)) {}
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;
  ~Filter() {
    if (error_ == 0) ::regfree(&regex_);
  }

  /// By its whole name, or by what stands behind "test:".
  bool fits(const std::string& name) const {
    const std::string rest = name.substr(name.find(':') + 1);
    return error_ == 0 && (::regexec(&regex_, name.c_str(), 0, nullptr, 0) == 0 ||
                           ::regexec(&regex_, rest.c_str(), 0, nullptr, 0) == 0);
  }

  std::optional<std::string> error() const {
    if (error_ == 0) return {};
    char text[128];
    ::regerror(error_, &regex_, text, sizeof text);
    return text;
  }

private:
  regex_t regex_ = {};
  int error_;
};

/// A test has one name: each is a program of its own.
const std::string& name_of(const typed::Probe& probe) { return probe.instances.front().name; }

void keep_trials(typed::Program& program, const Options& options, Diagnostics& diagnostics) {
  const Purpose purpose = purpose_of(options.mode);
  const char* what = purpose == Purpose::test ? "test" : "bench";
  const Filter filter(options.probe_filter);
  const Span place = program.probes.front().span;
  std::vector<std::string> names;
  for (const typed::Probe& probe : program.probes)
    if (probe.purpose == purpose) names.push_back(name_of(probe));
  std::erase_if(program.probes, [&](const typed::Probe& probe) {
    if (probe.purpose == Purpose::any) return false;
    return probe.purpose != purpose || !filter.fits(name_of(probe));
  });
  if (names.empty())
    return diagnostics.report(DiagnosticId::no_trial, place,
                              "this script has no `" + std::string(what) + "` probe",
                              "write `" + std::string(what) + ":NAME { … }`");
  if (std::ranges::any_of(program.probes, [&](const auto& probe) { return probe.purpose == purpose; }))
    return;
  std::string hint = "there is";
  for (const std::string& name : names)
    hint += " `" + name + "`";
  diagnostics.report(DiagnosticId::no_trial, place,
                     "no `" + std::string(what) + "` probe fits `" + options.probe_filter + "`", hint);
}

} // namespace

Purpose purpose_of(Mode mode) {
  return mode == Mode::test ? Purpose::test : mode == Mode::benchmark ? Purpose::benchmark : Purpose::tracing;
}

void keep_purpose(typed::Program& program, const Options& options, Diagnostics& diagnostics) {
  if (options.mode != Mode::trace) return keep_trials(program, options, diagnostics);
  if (options.command == Command::list || program.probes.empty()) return;
  const Span place = program.probes.front().span;
  std::erase_if(program.probes, [](const typed::Probe& probe) {
    return probe.purpose == Purpose::test || probe.purpose == Purpose::benchmark;
  });
  if (program.probes.empty()) diagnostics.report(DiagnosticId::only_trials, place);
}

std::optional<std::string> check_filter(const std::string& text) { return Filter(text).error(); }

} // namespace trc
