#include "output/trial_text.h"

#include <algorithm>

namespace trc::output {
namespace {

constexpr size_t kNameColumn = 40, kTimeColumn = 15;
constexpr std::string_view kName = "Benchmark", kTime = "Time(ns)", kRuns = "Iterations";

// As GoogleTest has them: ten columns in brackets.
constexpr std::string_view kRule = "[==========] ", kRun = "[ RUN      ] ", kOk = "[       OK ] ",
                           kPassed = "[  PASSED  ] ", kFailed = "[  FAILED  ] ";

std::string tests(size_t count) { return std::to_string(count) + (count == 1 ? " test" : " tests"); }

/// In the smallest unit in which it has up to four or so digits.
std::string duration(uint64_t nanoseconds) {
  constexpr uint64_t kMost = 10'000;
  if (nanoseconds < kMost) return std::to_string(nanoseconds) + " ns";
  if (nanoseconds / 1000 < kMost) return std::to_string(nanoseconds / 1000) + " us";
  return std::to_string(nanoseconds / 1'000'000) + " ms";
}

class Writer {
public:
  explicit Writer(bool colored) : colored_(colored) {}

  void operator()(const TestsBegin& news) { line(kRule, "Running " + tests(news.count) + "."); }
  void operator()(const TestBegins& news) { line(kRun, std::string(news.name)); }

  void operator()(const TestEnds& news) {
    if (!news.passed) text.append(news.output);
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    line(news.passed ? kOk : kFailed, std::string(news.name) + " (" + duration(news.nanoseconds) + ")");
  }

  void operator()(const TestsEnd& news) {
    line(kRule, tests(news.passed + news.failed.size()) + " ran.");
    line(kPassed, tests(news.passed) + ".");
    if (news.failed.empty()) return;
    line(kFailed, tests(news.failed.size()) + ", listed below:");
    for (const std::string& name : news.failed)
      line(kFailed, name);
  }

  void operator()(const BenchmarksBegin& news) {
    row(news.longest_name, kName, kTime, kRuns);
    text.append(text.size() - 1, '-').append("\n");
  }

  void operator()(const BenchmarkEnds& news) {
    row(news.longest_name, news.name, std::to_string(news.average), std::to_string(news.runs));
  }

  std::string text;

private:
  void line(std::string_view mark, const std::string& words) {
    constexpr std::string_view kGreen = "\033[32m", kRed = "\033[31m", kPlain = "\033[0m";
    if (colored_) text.append(mark == kFailed ? kRed : kGreen);
    text.append(mark.substr(0, mark.size() - 1));
    if (colored_) text.append(kPlain);
    text.append(" ").append(words).append("\n");
  }

  void row(size_t longest, std::string_view name, std::string_view time, std::string_view runs) {
    const size_t width = std::max(kNameColumn, longest) + 1;
    text.append(name).append(width - name.size(), ' ');
    text.append(time).append(kTimeColumn - std::min(kTimeColumn - 1, time.size()), ' ');
    text.append(runs).append("\n");
  }

  bool colored_;
};

} // namespace

std::string trial_text(const TrialNews& news, bool colored) {
  Writer writer(colored);
  std::visit([&](const auto& one) { writer(one); }, news);
  return std::move(writer.text);
}

} // namespace trc::output
