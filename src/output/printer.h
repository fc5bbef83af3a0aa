// All that the user sees goes through a Printer: the script's output to stdout or -o, everything else to
// stderr (or, with JSON, as records into the output).
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "output/value.h"

namespace trc::output {

/// When what is printed is written.
enum class Buffering : uint8_t {
  automatic, ///< whenever nothing more comes for the moment
  line,      ///< each line when it is complete
  full,      ///< in large blocks, and at the end
  none,      ///< each piece as it comes
};

/// What was lost, as the ledger reports it at the end.
struct Loss {
  uint64_t count = 0;
  std::string_view what;        ///< "events" or "updates"
  std::string_view cause;       ///< "ring full"
  std::string_view place;       ///< "tracepoint:syscalls:sys_enter_openat", "@x", "stdin:1:9"
  bool is_failure = false;      ///< counted for -k only; nothing is lost that was not meant to be
  std::string_view helper = {}; ///< of a failure: the kernel's function
  int64_t code = 0;             ///< what it gave
};

/// How a run goes of which nothing can be seen yet.
struct Progress {
  uint64_t events = 0; ///< that probes have seen
  size_t maps = 0;     ///< of the script
  uint64_t lost = 0;
  /// Before tracing: what is being done ("attaching"), and how far it is.
  std::string_view doing = {};
  size_t done = 0, of = 0;
};

/// What errorf() or warnf() in a script says, and where it stands.
struct ScriptMessage {
  bool is_error = true;
  std::string_view file;
  uint32_t line = 0, column = 0;
  std::string_view text;  ///< one line, without its end
  bool is_by_trc = false; ///< not the script says so of something, but trc of a call in the script
};

/// What there is to say of the script's own tests (`--test`) and benchmarks (`--bench`), one after the other.
struct TestsBegin {
  size_t count = 0;
};
struct TestBegins {
  std::string_view name;
};
struct TestEnds {
  std::string_view name;
  uint64_t nanoseconds = 0; ///< that it took
  bool passed = false;
  std::string_view output; ///< what it has printed
};
struct TestsEnd {
  size_t passed = 0;
  std::vector<std::string> failed; ///< their names
};
struct BenchmarksBegin {
  size_t longest_name = 0;
};
struct BenchmarkEnds {
  size_t longest_name = 0;
  std::string_view name;
  uint64_t average = 0, runs = 0; ///< nanoseconds of a run, and how many there were
};
using TrialNews = std::variant<TestsBegin, TestBegins, TestEnds, TestsEnd, BenchmarksBegin, BenchmarkEnds>;

class Printer {
public:
  virtual ~Printer() = default;
  virtual void attached(size_t probes) = 0;
  /// A map, or the parts of one, one after the other.
  virtual void map(const MapView& map) = 0;
  virtual void value(const Value& value) = 0;
  virtual void printf(std::string_view text) = 0;
  /// Any other text of the script's; `type` is what its JSON record is called.
  virtual void text(std::string_view type, std::string_view text) = 0;
  /// The same, which people see on lines of its own.
  virtual void line(std::string_view type, std::string_view text) = 0;
  virtual void loss(const Loss& loss) = 0;
  virtual void warning(std::string_view text) = 0;
  virtual void script_message(const ScriptMessage& message) = 0;
  virtual void trial(const TrialNews& news) = 0;
  /// Shows this until something is printed. False if something was: then nobody needs to ask again.
  virtual bool progress(const Progress& progress) = 0;
  /// The run ends with an error, which stderr tells in any case.
  virtual void error(const Error& error) = 0;
  /// Before the maps at the end: the two line feeds of the text format.
  virtual void final_maps() = 0;
  /// Hands over what is buffered; an error (disk full, closed pipe) is reported once, here or by pause().
  virtual Result<void> flush() = 0;
  /// Nothing more comes for the moment.
  virtual Result<void> pause() = 0;
};

enum class Format : uint8_t {
  text,
  json,
  folded, ///< maps of stacks, a line each, for programs that draw flame graphs; see stack_map_printer.h
};

/// `fd` is where the script's output goes (not closed); `quiet` leaves out attached().
std::unique_ptr<Printer> make_printer(Format format, int fd, bool quiet,
                                      Buffering buffering = Buffering::automatic);

} // namespace trc::output
