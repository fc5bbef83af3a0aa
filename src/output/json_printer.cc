// Output for programs: one JSON object a line, what people would get on stderr included (language.md 11.7).
#include <unordered_set>

#include "output/block_writer.h"
#include "output/printers.h"
#include "output/value_json.h"
#include "output/value_text.h"

namespace trc::output {
namespace {

/// The type of a record about a map whose values are such.
std::string_view type_of(const Value& value) {
  if (std::holds_alternative<Histogram>(value.data)) return "hist";
  if (auto* stats = std::get_if<Stats>(&value.data)) return stats->type;
  if (std::holds_alternative<TimeSeries>(value.data)) return "tseries";
  return "map";
}

class JsonPrinter final : public Printer {
public:
  JsonPrinter(int fd, bool quiet, Buffering buffering) : writer_(fd, buffering), quiet_(quiet) {}

  void attached(size_t probes) override {
    if (quiet_) return;
    std::string count = std::to_string(probes);
    begin("attached_probes").append(", \"count\": ").append(count);
    out().append(", \"data\": {\"probes\": ").append(count) += '}';
    end();
    writer_.write_out(); // whatever -B says: somebody waits for it to cause the first event
  }

  void map(const MapView& map) override {
    if (map.entries.empty()) return;
    if (map.begins) begin_map(map);
    if (map.is_scalar)
      append_json(out(), map.entries[0].value);
    else
      append_entries(map);
    if (!map.ends) return writer_.filled();
    out() += '}';
    end();
  }

  void value(const Value& value) override {
    begin("value").append(", \"data\": ");
    append_json(out(), value);
    end();
  }

  void printf(std::string_view text) override { text_record("printf", "data", text); }
  void text(std::string_view type, std::string_view text) override { text_record(type, "data", text); }
  void line(std::string_view type, std::string_view text) override { text_record(type, "data", text); }
  void warning(std::string_view text) override { text_record("warning", "msg", text); }

  void loss(const Loss& loss) override {
    if (loss.is_failure) return failure(loss);
    std::string count = std::to_string(loss.count);
    begin("lost_events").append(", \"count\": ").append(count);
    out().append(", \"data\": {\"events\": ").append(count) += '}';
    append_field("what", loss.what);
    append_field("cause", loss.cause);
    append_field("place", loss.place);
    end();
  }

  void script_message(const ScriptMessage& message) override {
    begin(message.is_by_trc ? "runtime_error" : message.is_error ? "errorf" : "warnf");
    append_field("msg", message.text);
    append_field("filename", message.file);
    out().append(", \"line\": ").append(std::to_string(message.line));
    out().append(", \"col\": ").append(std::to_string(message.column));
    end();
  }

  void trial(const TrialNews& news) override {
    if (const auto* test = std::get_if<TestEnds>(&news)) {
      begin_named("test_result", test->name);
      out().append("\"duration\": ").append(std::to_string(test->nanoseconds));
      out().append(", \"passed\": ").append(test->passed ? "true" : "false");
      append_field("output", test->output);
      out() += "}}";
      end();
    } else if (const auto* benchmark = std::get_if<BenchmarkEnds>(&news)) {
      begin_named("benchmark_result", benchmark->name);
      out().append("\"average\": ").append(std::to_string(benchmark->average));
      out().append(", \"iters\": ").append(std::to_string(benchmark->runs)).append("}}");
      end();
    }
  }

  bool progress(const Progress&) override { return false; }

  void error(const Error& error) override {
    begin("runtime_error");
    append_field("msg", error.cause);
    if (!error.hint.empty()) append_field("hint", error.hint);
    end();
  }

  void final_maps() override {}

  Result<void> flush() override { return writer_.flush(); }
  Result<void> pause() override { return writer_.pause(); }

private:
  /// One record for all at a place, with their number.
  void failure(const Loss& loss) {
    begin("helper_error");
    append_field("msg", loss.cause);
    append_field("helper", loss.helper);
    out().append(", \"retcode\": ").append(std::to_string(loss.code));
    out().append(", \"count\": ").append(std::to_string(loss.count));
    // FILE:LINE:COLUMN
    const size_t column = loss.place.rfind(':'), line = loss.place.rfind(':', column - 1);
    append_field("filename", loss.place.substr(0, line));
    out().append(", \"line\": ").append(loss.place.substr(line + 1, column - line - 1));
    out().append(", \"col\": ").append(loss.place.substr(column + 1));
    end();
  }

  std::string& out() { return writer_.buffer(); }
  std::string& begin(std::string_view type) { return out().append("{\"type\": \"").append(type) += '"'; }
  void end() {
    out() += "}\n";
    writer_.filled();
  }
  void append_field(std::string_view name, std::string_view text) {
    out().append(", \"").append(name).append("\": ");
    append_json_string(out(), text);
  }
  void text_record(std::string_view type, std::string_view name, std::string_view text) {
    begin(type);
    append_field(name, text);
    end();
  }

  /// "data" with one object in it that has this name.
  void begin_named(std::string_view type, std::string_view name) {
    begin(type).append(", \"data\": {");
    append_json_string(out(), name);
    out() += ": {";
  }

  void begin_map(const MapView& map) {
    begin(type_of(map.entries[0].value)).append(", \"data\": {");
    append_json_string(out(), map.name);
    out() += ": ";
  }

  void append_entries(const MapView& map) {
    if (map.begins) out() += '{';
    bool first = map.begins;
    for (const MapEntry& entry : map.entries) {
      if (!first) out() += ", ";
      first = false;
      key_.clear();
      append_key(key_, entry.key, KeyForm::compact);
      if (!is_number(entry.key)) make_unique();
      append_json_string(out(), key_);
      out() += ": ";
      append_json(out(), entry.value);
    }
    if (map.ends) {
      out() += '}';
      names_ = {}; // a large map's take much memory
    }
  }

  static bool is_number(const Value& key) {
    return std::holds_alternative<int64_t>(key.data) || std::holds_alternative<uint64_t>(key.data) ||
           std::holds_alternative<bool>(key.data) || std::holds_alternative<Pointer>(key.data);
  }

  /// Different keys can have the same text: ("a,b", "c") and ("a", "b,c"), two addresses in one function. Of
  /// two equal names in one object a reader sees but one.
  void make_unique() {
    const std::string text = as_utf8(key_);
    std::string name = text;
    for (size_t number = 2; !names_.insert(name).second; ++number)
      name = text + "#" + std::to_string(number);
    if (name.size() != text.size()) key_ += name.substr(text.size());
  }

  BlockWriter writer_;
  bool quiet_;
  std::string key_;                       // reused
  std::unordered_set<std::string> names_; // in the object that is being written, as a reader gets them
};

} // namespace

std::unique_ptr<Printer> make_json_printer(int fd, bool quiet, Buffering buffering) {
  return std::make_unique<JsonPrinter>(fd, quiet, buffering);
}

} // namespace trc::output
