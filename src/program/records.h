// The binary interface between the compiled programs and the session: control words in shared memory and the
// records on the two rings. Both sides include this file; nothing else describes it.
#pragma once

#include <cstdint>

namespace trc {

/// Start of the data map ("data"), which the session maps into its memory. Behind it come the loss counters
/// and the slots of scalar maps, at offsets that the manifest gives.
struct ControlWords {
  uint64_t state;      ///< RunState; each program but those of begin and end reads it first
  uint64_t exit_code;  ///< of the first exit() call
  uint64_t start_time; ///< boot-clock nanoseconds of the start, for `elapsed`
  /// Flags of bpf_ringbuf_output for events: 0 wakes the reader when it has caught up; BPF_RB_NO_WAKEUP (1)
  /// leaves it to the reader's timer.
  uint64_t wakeup_flags;
  uint64_t tai_offset; ///< nanoseconds from the boot clock to International Atomic Time, for `nsecs(sw_tai)`
  uint64_t traced;     ///< id of the process of -p or -c, in the namespace of trc; 0: there is none
  uint64_t child;      ///< of -c alone, for `cpid`
};

/// In place of ControlWords::traced when that process has ended.
inline constexpr uint64_t kNobody = UINT64_MAX;

enum RunState : uint64_t {
  kNotStarted = 0, ///< attached, perhaps, but nothing counts yet
  kRunning = 1,
  kEnded = 2, ///< after exit() or when the session ends: no body starts any more
};

/// Every record on the events ring starts so; the fields follow as the manifest's EventInfo says.
struct EventHeader {
  uint32_t event; ///< index in Manifest::events
  uint32_t size;  ///< bytes of the whole record, header included
};

/// A record on the control ring. It is handled when the events ring has been read up to `events_position`:
/// that is after all events that the same CPU sent before it, and before those that it sent afterwards.
struct ControlRecord {
  uint32_t action;          ///< index in Manifest::actions
  uint32_t generation;      ///< of the action's map when the statement ran
  uint64_t events_position; ///< producer position of the events ring when the statement ran; 0 without one
};

/// What stands for a stack in variables, maps and events. Equal stacks have equal keys: a hash of 112 bits
/// over the frames, and over the process for stacks of user space. All zero: it could not be unwound.
struct StackKey {
  uint64_t low;
  uint64_t high; ///< its low kStackCountBits: the number of frames

  bool operator==(const StackKey&) const = default;
};
inline constexpr uint32_t kStackCountBits = 16;
/// Name of the hash that has the processes of --follow.
inline constexpr char kFollowed[] = "followed";
/// Name of the hash that holds the keys of all stacks that were sent.
inline constexpr char kKnownStacks[] = "stacks";

/// A record on the ring of stacks: sent when a program meets a stack for the first time, before anything that
/// names the stack by its key. A stack may come more than once.
struct StackRecord {
  StackKey key;
  uint64_t process; ///< its id as we see it; 0: a stack of the kernel
  uint64_t memory;  ///< tells the images of a process before and after exec apart; 0 if not known
  // The frames follow, innermost first.
};

/// In the data map for each program of a script with stacks, from Manifest::own_frames_offset on: where
/// functions of the kernel begin that stand between a program on a raw tracepoint and the traced place. 0:
/// not known.
struct OwnFrames {
  uint64_t handler;  ///< __bpf_trace_NAME
  uint64_t iterator; ///< __traceiter_NAME
};

/// A map that the script clears exists several times. clear() moves on to the next instance in the kernel, so
/// that statement order holds there; the session empties the retired one. How many there are, a power of two,
/// generations_of() says (manifest.h); a hash has the least.
inline constexpr uint32_t kLeastGenerations = 4, kMostGenerations = 64;

/// Per map that has generations, in the data map at MapInfo::generation_offset.
struct GenerationWords {
  uint64_t current;  ///< generation in use; instance = current % how many there are
  uint64_t recycled; ///< generations below this are empty again; current - recycled stays below their number
  uint64_t printed;  ///< one more than the newest generation that a print() has asked for
};

} // namespace trc
