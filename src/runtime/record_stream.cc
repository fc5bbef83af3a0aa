// See record_stream.h.
#include "runtime/record_stream.h"

#include <cstring>
#include <sched.h>

#include "output/format.h"
#include "runtime/clocks.h"
#include "runtime/decode.h"
#include "runtime/merge.h"

namespace trc::runtime {
namespace {

std::unexpected<Error> broken_record(const std::string& what) {
  return failure(ErrorKind::invalid,
                 "internal error: a record that the manifest does not explain (" + what + ")");
}

ControlRecord control_record(const RingRecord& record) {
  ControlRecord control = {};
  std::memcpy(&control, record.bytes.data(), std::min(sizeof control, record.bytes.size()));
  return control;
}

} // namespace

// In the order of EventKind and ActionKind.
const RecordStream::EventHandler RecordStream::kEventHandlers[] = {&RecordStream::print_formatted,
                                                                   &RecordStream::print_value,
                                                                   &RecordStream::print_scalar,
                                                                   &RecordStream::print_time,
                                                                   &RecordStream::print_message,
                                                                   &RecordStream::print_message,
                                                                   &RecordStream::cat,
                                                                   &RecordStream::run_command,
                                                                   &RecordStream::join,
                                                                   &RecordStream::keep_packet};
const RecordStream::ActionHandler RecordStream::kActionHandlers[] = {
    &RecordStream::print_map, &RecordStream::clear_map, &RecordStream::exit};

Result<RecordStream> RecordStream::open(const Manifest& manifest, const LoadedMaps& maps, MapStore& store,
                                        output::Printer& printer, ScriptActions& actions, const Decoding& how,
                                        bool no_warnings) {
  RecordStream stream(manifest, store, printer, actions, how, no_warnings);
  for (size_t i = 0; i < manifest.maps.size(); ++i) {
    const MapInfo& info = manifest.maps[i];
    if (info.kind != MapKind::events_ring && info.kind != MapKind::control_ring) continue;
    auto ring = Ring::open(maps.maps[i].fd.get(), info.max_entries);
    if (!ring) return std::unexpected(ring.error());
    (info.kind == MapKind::events_ring ? stream.events_ : stream.control_) = std::move(*ring);
    stream.descriptors_.push_back(maps.maps[i].fd.get());
  }
  if (auto done = stream.parse_formats(); !done) return std::unexpected(done.error());
  return stream;
}

Result<void> RecordStream::parse_formats() {
  for (const EventInfo& event : manifest_->events) {
    std::vector<FormatPiece> pieces;
    if (has_format(event.kind)) {
      auto parsed = parse_format(event.format);
      if (!parsed) return broken_record("the format `" + parsed.error().specifier + "`");
      pieces = std::move(*parsed);
    }
    formats_.push_back(std::move(pieces));
  }
  return {};
}

Result<Rest> RecordStream::handle_records(size_t most) {
  Ring* events = events_ ? &*events_ : nullptr;
  Ring* control = control_ ? &*control_ : nullptr;
  auto position_of = [](const RingRecord& record) { return control_record(record).events_position; };
  for (size_t i = 0; i < most; ++i) {
    Turn turn = next_turn(events, control, position_of);
    if (turn == Turn::none) return Rest::none;
    if (turn == Turn::wait) return Rest::wait;
    bool is_event = turn == Turn::event;
    Ring& ring = is_event ? *events : *control;
    auto done = is_event ? handle_event(*ring.peek()) : handle_control(*ring.peek());
    if (!done) return std::unexpected(done.error());
    ring.advance();
    // Printing or clearing a map can wait for the kernel: signals and timers are looked at in between.
    if (!is_event) return Rest::more;
  }
  return Rest::more;
}

Result<void> RecordStream::handle_all() {
  for (;;) {
    auto rest = handle_records(SIZE_MAX);
    if (!rest) return std::unexpected(rest.error());
    if (*rest == Rest::none) return {};
    ::sched_yield();
  }
}

Result<void> RecordStream::handle_event(const RingRecord& record) {
  EventHeader header;
  if (record.bytes.size() < sizeof header) return broken_record("too short");
  std::memcpy(&header, record.bytes.data(), sizeof header);
  if (header.event >= manifest_->events.size()) return broken_record("event " + std::to_string(header.event));
  const EventInfo& event = manifest_->events[header.event];
  decode_event(record.bytes, event, values_, how_);
  (this->*kEventHandlers[static_cast<size_t>(event.kind)])(event, header.event);
  return {};
}

Result<void> RecordStream::handle_control(const RingRecord& record) {
  if (record.bytes.size() < sizeof(ControlRecord)) return broken_record("too short");
  ControlRecord control = control_record(record);
  if (control.action >= manifest_->actions.size())
    return broken_record("action " + std::to_string(control.action));
  const ActionInfo& action = manifest_->actions[control.action];
  return (this->*kActionHandlers[static_cast<size_t>(action.kind)])(action, control);
}

void RecordStream::print_formatted(const EventInfo&, size_t index) {
  text_.clear();
  output::render(text_, formats_[index], values_);
  printer_->printf(text_);
}

void RecordStream::print_value(const EventInfo&, size_t) {
  printer_->value(values_.empty() ? output::Value() : values_.front());
}

void RecordStream::print_scalar(const EventInfo& event, size_t) {
  printer_->map(
      {.name = event.format, .is_scalar = true, .entries = {{.key = {}, .value = values_.front()}}});
}

void RecordStream::print_time(const EventInfo& event, size_t) {
  printer_->text("time", formatted_time(event.format, nanoseconds_of(CLOCK_REALTIME)).value_or("(?)"));
}

void RecordStream::cat(const EventInfo& event, size_t index) {
  actions_->cat(event, formats_[index], values_);
}

void RecordStream::run_command(const EventInfo& event, size_t index) {
  actions_->run_command(event, formats_[index], values_);
}

void RecordStream::join(const EventInfo& event, size_t) { actions_->join(event, values_); }

void RecordStream::keep_packet(const EventInfo& event, size_t) { actions_->keep_packet(event, values_); }

/// errorf() and warnf().
void RecordStream::print_message(const EventInfo& event, size_t index) {
  const bool is_error = event.kind == EventKind::errorf;
  if (!is_error && no_warnings_) return;
  text_.clear();
  output::render(text_, formats_[index], values_);
  if (text_.ends_with('\n')) text_.pop_back(); // out of habit; the line ends anyway
  printer_->script_message({.is_error = is_error,
                            .file = event.place.file,
                            .line = event.place.line,
                            .column = event.place.column,
                            .text = text_});
}

Result<void> RecordStream::print_map(const ActionInfo& action, const ControlRecord& record) {
  return store_->print(action.map, record.generation, {.top = action.top, .divisor = action.divisor},
                       [this](const output::MapView& part) { printer_->map(part); });
}

Result<void> RecordStream::clear_map(const ActionInfo& action, const ControlRecord& record) {
  return store_->clear(action.map, record.generation);
}

/// The program has set the state itself; the record only wakes the session, which looks at the state.
Result<void> RecordStream::exit(const ActionInfo&, const ControlRecord&) { return {}; }

} // namespace trc::runtime
