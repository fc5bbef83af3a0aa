// Puts the records of the two rings into one order: that in which the statements ran. A control record says
// up to where the events ring had been written when it was made; it comes after the events before that
// position, and before those from there on. Exact for records of one CPU; those of different CPUs have no
// order but that of the rings.
#pragma once

#include <cstdint>

namespace trc::runtime {

enum class Turn : unsigned char {
  event,   ///< the event that the events ring shows
  control, ///< the record that the control ring shows
  none,    ///< both rings are read
  wait,    ///< a program is just writing what has to come next: look again soon
};

/// Ring: like runtime::Ring; null for a ring that the script does not have. `events_position_of` gives
/// ControlRecord::events_position of what the control ring shows.
template<class Ring, class PositionOf>
Turn next_turn(Ring* events, Ring* control, PositionOf events_position_of) {
  const auto* event = events != nullptr ? events->peek() : nullptr;
  // Only now: a control record that a CPU wrote before this event is visible by now, or its writing is.
  const auto* record = control != nullptr ? control->peek() : nullptr;
  if (record == nullptr) {
    if (control != nullptr && control->busy()) return Turn::wait;
    return event != nullptr ? Turn::event : Turn::none;
  }
  if (events == nullptr) return Turn::control;
  const uint64_t position = events_position_of(*record);
  // All events that the record has to wait for were reserved before it was written, so they show now.
  if (event == nullptr) event = events->peek();
  if (event != nullptr) return event->position < position ? Turn::event : Turn::control;
  return events->position() < position ? Turn::wait : Turn::control;
}

} // namespace trc::runtime
