// What the programs send, handled in the order in which it was said: events become output, control records
// become actions on maps.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "output/printer.h"
#include "program/format_spec.h"
#include "program/records.h"
#include "runtime/map_store.h"
#include "runtime/ring.h"
#include "runtime/script_actions.h"

namespace trc::runtime {

/// What is left when handle_records() returns.
enum class Rest : uint8_t {
  none, ///< nothing: both rings are read
  more, ///< its share was used up
  wait, ///< what comes next is just being written
};

class RecordStream {
public:
  /// `no_warnings`: what warnf() says is dropped.
  static Result<RecordStream> open(const Manifest& manifest, const LoadedMaps& maps, MapStore& store,
                                   output::Printer& printer, ScriptActions& actions, const Decoding& how,
                                   bool no_warnings);

  /// Handles what is there, up to `most` records.
  Result<Rest> handle_records(size_t most);
  /// Handles everything. Only when no program runs any more.
  Result<void> handle_all();

  /// Up to where actions (print() and clear() of maps) have been asked for and handled, in bytes of their
  /// ring.
  uint64_t actions_asked() const { return control_ ? control_->end() : 0; }
  uint64_t actions_handled() const { return control_ ? control_->position() : 0; }

  const Ring* events() const { return events_ ? &*events_ : nullptr; }
  /// Descriptors that become readable when a program wakes us.
  const std::vector<int>& descriptors() const { return descriptors_; }

private:
  using EventHandler = void (RecordStream::*)(const EventInfo& event, size_t index);
  using ActionHandler = Result<void> (RecordStream::*)(const ActionInfo& action, const ControlRecord& record);
  static const EventHandler kEventHandlers[];
  static const ActionHandler kActionHandlers[];

  RecordStream(const Manifest& manifest, MapStore& store, output::Printer& printer, ScriptActions& actions,
               const Decoding& how, bool no_warnings)
      : manifest_(&manifest), store_(&store), printer_(&printer), actions_(&actions), how_(how),
        no_warnings_(no_warnings) {}

  Result<void> parse_formats();
  Result<void> handle_event(const RingRecord& record);
  Result<void> handle_control(const RingRecord& record);

  void print_formatted(const EventInfo& event, size_t index);
  void print_value(const EventInfo& event, size_t index);
  void print_scalar(const EventInfo& event, size_t index);
  void print_time(const EventInfo& event, size_t index);
  void print_message(const EventInfo& event, size_t index);
  void cat(const EventInfo& event, size_t index);
  void run_command(const EventInfo& event, size_t index);
  void join(const EventInfo& event, size_t index);
  void keep_packet(const EventInfo& event, size_t index);

  Result<void> print_map(const ActionInfo& action, const ControlRecord& record);
  Result<void> clear_map(const ActionInfo& action, const ControlRecord& record);
  Result<void> exit(const ActionInfo& action, const ControlRecord& record);

  const Manifest* manifest_;
  MapStore* store_;
  output::Printer* printer_;
  ScriptActions* actions_;
  Decoding how_;
  bool no_warnings_;
  std::optional<Ring> events_, control_;
  std::vector<int> descriptors_;
  std::vector<std::vector<FormatPiece>> formats_; // as Manifest::events
  // Used again for each event, so that events allocate nothing.
  std::vector<output::Value> values_;
  std::string text_;
};

} // namespace trc::runtime
