// See session.h. The phases of a session, top to bottom in run().
#include "runtime/session.h"

#include <algorithm>
#include <bpf/bpf.h>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <unistd.h>

#include "runtime/attacher.h"
#include "runtime/clocks.h"
#include "runtime/followed.h"
#include "runtime/grace.h"
#include "runtime/ledger.h"
#include "runtime/loader.h"
#include "runtime/map_store.h"
#include "runtime/own_frames.h"
#include "runtime/poller.h"
#include "runtime/presenter.h"
#include "runtime/processes.h"
#include "runtime/record_stream.h"
#include "runtime/signals.h"
#include "runtime/stacks.h"
#include "runtime/trials.h"
#include "runtime/user_signal.h"

namespace trc::runtime {
namespace {

/// As a shell reports a program that SIGPIPE has ended.
constexpr int kBrokenPipeStatus = 128 + SIGPIPE;
/// Records handled before signals and timers are looked at again.
constexpr size_t kShare = 8192;
/// Objects of an iterator that are handled before what they sent is printed.
constexpr size_t kObjectsAtOnce = 64;
/// How long events may lie in the ring when nobody is looking at the output.
constexpr int kLongestPause = 20; // milliseconds
// A tick waits so long for the actions of the one before, in nanoseconds.
constexpr uint64_t kSettling = 50'000'000;

// How often it is looked whether those that --follow has found still live, once the first one has ended.
constexpr std::chrono::milliseconds kLookAgain(50);

enum Tag : uint64_t { kProcess, kFollowers, kRing, kOutput, kUserSignal, kProgress, kFirstTimer };

/// Error has no errno; errno_failure() has put it into words.
bool is_broken_pipe(const Error& error) { return error.cause.ends_with(std::strerror(EPIPE)); }

class Session {
public:
  Session(const CompiledProgram& program, output::Printer& printer, const SessionOptions& options,
          const Signals& signals, const UserSignal& user_signal, LoadedObject& object, RecordStream& stream,
          Stacks& stacks, MapStore& store, Grace& grace, AttachPlan& plan, std::optional<pid_t> traced)
      : manifest_(program.manifest), printer_(printer), options_(options), signals_(signals),
        user_signal_(user_signal), object_(object), stream_(stream), stacks_(stacks), store_(store),
        grace_(grace), traced_(traced),
        attacher_(program.manifest, object, traced, options.follow, plan, printer),
        ledger_(program.manifest, object, attacher_), followed_(program.manifest, object.maps) {}

  /// `process`: becomes readable when the traced process ends, or -1.
  Result<int> run(Child& child, int process);
  /// The same for tests and benchmarks, of which `recorder` keeps what they print.
  Result<int> run_trials(output::Recorder& recorder);

private:
  ControlWords& control() const { return object_.maps.control(); }
  bool is_ended() const { return __atomic_load_n(&control().state, __ATOMIC_ACQUIRE) == kEnded; }

  bool has_to_end() const { return is_ended() || process_ended_ || signals_.seen(); }

  void write_options();
  void prepare();
  Result<bool> attach();
  Result<void> start(int process);
  Result<void> read_iterators();
  Result<void> loop();
  Result<void> react(uint64_t tag);
  Result<void> end_of_process();
  Result<void> answer_signal();
  Result<void> settle();
  int pause() const;
  Result<void> finish();
  Result<void> run_program(size_t index);
  Result<void> run_programs(const std::vector<size_t>& indexes);
  Result<void> print_maps();
  Result<void> start_progress();
  void show_progress();

  const Manifest& manifest_;
  output::Printer& printer_;
  const SessionOptions& options_;
  const Signals& signals_;
  const UserSignal& user_signal_;
  LoadedObject& object_;
  RecordStream& stream_;
  Stacks& stacks_;
  MapStore& store_;
  Grace& grace_;
  std::optional<pid_t> traced_;
  Attacher attacher_;
  Ledger ledger_;
  Poller poller_;
  Fd progress_timer_, followers_timer_;
  Followed followed_;
  int process_ = -1;       ///< readable when the process of -p or -c has ended
  std::vector<Fd> timers_; // as attacher_.periodic()
  bool process_ended_ = false;
  bool is_lost_ = false;
  Rest rest_ = Rest::none;
  uint64_t settled_ = 0; // up to where actions are handled before the next tick
  int pause_ = kLongestPause;
};

/// What the user has set, or the script as default, stands in the data map before anything reads it.
void Session::write_options() {
  std::span<std::byte> data = object_.maps.data.bytes();
  for (const OptionInfo& option : manifest_.options) {
    std::byte* place = data.data() + option.layout.offset;
    if (option.layout.kind == ValueKind::string)
      std::memcpy(place, option.text.data(), std::min<size_t>(option.text.size(), option.layout.size));
    else
      std::memcpy(place, &option.number, sizeof option.number);
  }
}

void Session::prepare() {
  write_options();
  write_own_frames(manifest_, object_.maps.data.bytes());
  control().start_time = nanoseconds_of(CLOCK_BOOTTIME);
  control().traced = static_cast<uint64_t>(traced_.value_or(0));
  control().child = options_.command.empty() ? 0 : control().traced;
  control().tai_offset = offset_between(CLOCK_BOOTTIME, CLOCK_TAI);
  control().wakeup_flags = options_.interactive ? 0 : uint64_t{BPF_RB_NO_WAKEUP};
}

/// begin first, then all the rest. False if a signal came.
Result<bool> Session::attach() {
  if (auto done = attacher_.attach_own(); !done) return std::unexpected(done.error());
  for (size_t begin : attacher_.begins()) {
    if (options_.dry_run || is_ended()) break; // after exit() nothing more begins
    if (auto done = run_programs({begin}); !done) return std::unexpected(done.error());
  }
  if (is_ended()) return !signals_.seen();
  auto complete = attacher_.attach_others();
  if (complete && *complete && !options_.dry_run)
    if (auto done = attacher_.pin(); !done) return std::unexpected(done.error());
  if (attacher_.runs_by_kernel()) grace_.programs_may_run();
  return complete;
}

Result<void> Session::start(int process) {
  auto poller = Poller::make();
  if (!poller) return std::unexpected(poller.error());
  poller_ = std::move(*poller);
  for (int fd : stream_.descriptors())
    if (auto done = poller_.add(fd, kRing); !done) return done;
  for (int fd : stacks_.descriptors())
    if (auto done = poller_.add(fd, kRing); !done) return done;
  process_ = process;
  if (process >= 0)
    if (auto done = poller_.add(process, kProcess); !done) return done;
  if (auto done = poller_.add_end(options_.output_fd, kOutput); !done) return done;
  if (options_.shows_progress)
    if (auto done = start_progress(); !done) return done;
  if (auto done = poller_.add(user_signal_.fd(), kUserSignal); !done) return done;
  for (const Periodic& periodic : attacher_.periodic()) {
    auto timer = start_timer(periodic.period);
    if (!timer) return std::unexpected(timer.error());
    if (auto done = poller_.add(timer->get(), kFirstTimer + timers_.size()); !done) return done;
    timers_.push_back(std::move(*timer));
  }
  ledger_.start();
  // Not a plain store: a begin program may have called exit().
  uint64_t expected = kNotStarted;
  __atomic_compare_exchange_n(&control().state, &expected, uint64_t{kRunning}, false, __ATOMIC_SEQ_CST,
                              __ATOMIC_SEQ_CST);
  return {};
}

/// Milliseconds to wait for the next event; -1: until one comes.
int Session::pause() const {
  if (rest_ == Rest::more) return 0;
  if (rest_ == Rest::wait) return 1;
  return stream_.events() != nullptr && !options_.interactive ? pause_ : -1;
}

Result<void> Session::start_progress() {
  auto timer = start_timer(std::chrono::seconds(1));
  if (!timer) return std::unexpected(timer.error());
  progress_timer_ = std::move(*timer);
  return poller_.add(progress_timer_.get(), kProgress);
}

void Session::show_progress() {
  (void)take_timer(progress_timer_.get());
  output::Progress progress = {.lost = ledger_.lost_so_far()};
  for (const MapInfo& map : manifest_.maps) {
    if (map.name.starts_with('@')) {
      ++progress.maps;
    } else if (map.kind == MapKind::percpu_slot) {
      // The one that counts what probes see.
      for (unsigned cpu = 0; cpu < object_.maps.cpus.limit; ++cpu) {
        const std::byte* slot =
            object_.maps.data.bytes().data() + map.slot_offset + size_t{cpu} * map.slot_stride;
        progress.events += __atomic_load_n(reinterpret_cast<const uint64_t*>(slot), __ATOMIC_RELAXED);
      }
    }
  }
  if (!printer_.progress(progress)) progress_timer_.reset();
}

/// The process of -p or -c is gone. With --follow the session goes on for those that it has left behind.
Result<void> Session::end_of_process() {
  process_ended_ = !options_.follow || !followed_.any_left();
  if (process_ended_) return {};
  // Another process can get its id.
  __atomic_store_n(&control().traced, kNobody, __ATOMIC_RELAXED);
  poller_.remove(process_);
  auto timer = start_timer(kLookAgain);
  if (!timer) return std::unexpected(timer.error());
  followers_timer_ = std::move(*timer);
  return poller_.add(followers_timer_.get(), kFollowers);
}

Result<void> Session::react(uint64_t tag) {
  if (tag == kRing) return {}; // the rings are looked at in any case
  if (tag == kProcess) return end_of_process();
  if (tag == kFollowers) {
    (void)take_timer(followers_timer_.get());
    process_ended_ = !followed_.any_left();
    return {};
  }
  if (tag == kOutput) return errno_failure(EPIPE, "the reader of the output has gone");
  if (tag == kProgress) return show_progress(), Result<void>();
  if (tag == kUserSignal) return answer_signal();
  size_t timer = tag - kFirstTimer;
  if (auto done = settle(); !done) return done;
  const uint64_t times = take_timer(timers_[timer].get());
  if (times == 0 || has_to_end()) return {};
  const size_t program = attacher_.periodic()[timer].program;
  if (times > 1) ledger_.tick_missed(program, times - 1);
  auto done = run_program(program);
  settled_ = stream_.actions_asked();
  return done;
}

/// Runs the probes on SIGUSR1, as often as it came.
Result<void> Session::answer_signal() {
  for (uint64_t times = user_signal_.take(); times > 0; --times)
    for (size_t program : attacher_.on_signal()) {
      if (has_to_end()) return {};
      if (auto done = run_program(program); !done) return done;
    }
  return {};
}

/// Runs the programs of iterators. A read stops after some objects, so that the rings never fill.
Result<void> Session::read_iterators() {
  char objects[kObjectsAtOnce]; // a byte of each
  for (int fd : attacher_.iterators()) {
    for (ssize_t got = 1; got != 0 && !has_to_end();) {
      got = ::read(fd, objects, sizeof objects);
      // EAGAIN: very many objects without one that the program takes.
      if (got < 0 && errno != EINTR && errno != EAGAIN) return errno_failure(errno, "can't read an iterator");
      if (auto done = stream_.handle_all(); !done) return done;
    }
    if (auto done = printer_.flush(); !done) return done;
  }
  return {};
}

/// What was asked for by an `interval` comes before the next one: however short they are, they don't run
/// ahead of the generations of the maps that they clear. In a flood from other probes the time comes first.
Result<void> Session::settle() {
  const uint64_t latest = nanoseconds_of(CLOCK_MONOTONIC) + kSettling;
  while (stream_.actions_handled() < settled_ && !has_to_end() && nanoseconds_of(CLOCK_MONOTONIC) < latest)
    if (auto rest = stream_.handle_records(kShare); !rest) return std::unexpected(rest.error());
  return {};
}

Result<void> Session::loop() {
  while (!has_to_end()) {
    auto tags = poller_.wait(pause(), signals_);
    if (!tags) return std::unexpected(tags.error());
    for (uint64_t tag : *tags)
      if (auto done = react(tag); !done) return done;

    stacks_.read(); // first: a process of which a stack has come may end at any moment
    const Ring* events = stream_.events();
    uint64_t before = events != nullptr ? events->position() : 0;
    auto rest = stream_.handle_records(kShare);
    if (!rest) return std::unexpected(rest.error());
    rest_ = *rest;
    // The fuller the ring was, the sooner we come back: a flood must not fill it while we sleep.
    if (events != nullptr) {
      uint64_t read = events->position() - before;
      if (read > events->size() / 8) pause_ = std::max(1, pause_ / 4);
      if (read < events->size() / 32) pause_ = std::min(kLongestPause, pause_ * 2);
    }
    if (auto done = printer_.pause(); !done) return done;
  }
  return {};
}

Result<void> Session::run_program(size_t index) {
  bpf_test_run_opts options = {};
  options.sz = sizeof options;
  if (bpf_prog_test_run_opts(object_.programs[index].get(), &options) == 0) return {};
  return errno_failure(
      errno, "cannot run `" + manifest_.programs[index].probe + "`",
      "trc runs begin, end and interval by BPF_PROG_TEST_RUN, which needs Linux 5.10 or later");
}

/// Each with what it has to say.
Result<void> Session::run_programs(const std::vector<size_t>& indexes) {
  for (size_t index : indexes) {
    if (auto done = run_program(index); !done) return done;
    if (auto done = stream_.handle_all(); !done) return done;
  }
  return indexes.empty() ? Result<void>() : printer_.pause();
}

Result<void> Session::print_maps() {
  std::vector<uint32_t> order;
  for (uint32_t i = 0; i < manifest_.maps.size(); ++i)
    if (manifest_.maps[i].name.starts_with('@')) order.push_back(i);
  std::ranges::stable_sort(order, {},
                           [&](uint32_t i) -> const std::string& { return manifest_.maps[i].name; });
  printer_.final_maps();
  for (uint32_t index : order) {
    auto shown = store_.current(index, [this](const output::MapView& part) { printer_.map(part); });
    if (!shown) return shown;
  }
  return {};
}

/// Everything is printed before anything is detached: detaching can take long.
Result<void> Session::finish() {
  __atomic_store_n(&control().state, uint64_t{kEnded}, __ATOMIC_SEQ_CST);
  ledger_.stop();
  if (auto done = grace_.wait_for_programs(); !done) return done;
  grace_.programs_are_quiet();
  if (auto done = stream_.handle_all(); !done) return done;
  if (auto done = run_programs(attacher_.ends()); !done) return done;
  if (manifest_.print_maps_on_exit)
    if (auto done = print_maps(); !done) return done;
  is_lost_ = ledger_.report(printer_);
  return printer_.flush();
}

Result<int> Session::run(Child& child, int process) {
  prepare();
  if (manifest_.reads_child && child.fd() < 0 && !options_.no_warnings)
    printer_.warning("`cpid` is 0: there is no command of -c");
  auto complete = attach();
  if (!complete) return std::unexpected(complete.error());
  if (!*complete) {
    attacher_.detach();
    return kAbortedStatus;
  }
  if (!options_.dry_run && !is_ended())
    if (auto done = start(process); !done) return std::unexpected(done.error());
  // Not before events count: whoever waits for this causes the first one at once.
  printer_.attached(attacher_.probes());
  auto said = options_.dry_run ? printer_.flush() : printer_.pause();
  if (!said) return std::unexpected(said.error());
  if (options_.dry_run) return 0;
  if (!is_ended()) {
    if (child.fd() >= 0)
      if (auto done = child.release(); !done) return std::unexpected(done.error());
    if (auto done = read_iterators(); !done) return std::unexpected(done.error());
    // With begin and end alone nothing more will happen.
    if (attacher_.runs_by_kernel() || !attacher_.periodic().empty() || !attacher_.on_signal().empty())
      if (auto done = loop(); !done) return std::unexpected(done.error());
  }
  if (auto done = finish(); !done) return std::unexpected(done.error());
  attacher_.detach();
  if (is_lost_ && options_.strict && control().exit_code == 0)
    return failure(ErrorKind::refused, "something was lost, which --strict does not allow",
                   "the lines `lost N ...` say what, and where");
  if (options_.exit_status && control().exit_code == 0) return child.status().value_or(0);
  return static_cast<int>(control().exit_code);
}

Result<int> Session::run_trials(output::Recorder& recorder) {
  prepare();
  if (auto done = attacher_.attach_own(); !done) return std::unexpected(done.error());
  if (options_.dry_run) return 0;
  for (size_t begin : attacher_.begins())
    if (auto done = run_programs({begin}); !done) return std::unexpected(done.error());
  if (is_ended()) return static_cast<int>(control().exit_code);
  Trials trials(manifest_, object_, attacher_.trials(), stream_, recorder, signals_,
                [this](size_t program) { return run_program(program); });
  auto passed = options_.purpose == Purpose::test ? trials.test() : trials.benchmark();
  if (!passed) return std::unexpected(passed.error());
  if (auto done = run_programs(attacher_.ends()); !done) return std::unexpected(done.error());
  is_lost_ = ledger_.report(printer_);
  if (auto done = printer_.flush(); !done) return std::unexpected(done.error());
  if (control().exit_code != 0) return static_cast<int>(control().exit_code); // of an `end` probe
  return *passed && !(is_lost_ && options_.strict) ? 0 : 1;
}

} // namespace

Result<int> run(const CompiledProgram& program, output::Printer& behind, const SessionOptions& options) {
  Signals signals;
  UserSignal user_signal;
  Child child;
  Fd watched;
  if (!options.command.empty()) {
    auto started = Child::start(options.command, signals);
    if (!started) return std::unexpected(started.error());
    child = std::move(*started);
  } else if (options.pid) {
    auto fd = watch_process(*options.pid);
    if (!fd) return std::unexpected(fd.error());
    watched = std::move(*fd);
  }

  AttachPlan plan(program.manifest, signals, behind, options.shows_progress);
  plan.announce();
  auto object = load(program, [&](size_t loaded) { return plan.goes_on_loading(loaded); });
  if (!object) return std::unexpected(object.error());
  if (!object->is_complete) return kAbortedStatus;
  if (auto done = wait_until_filled(object->maps); !done) return std::unexpected(done.error());
  Grace grace;
  Stacks stacks(program.manifest, options.needs_frame_names);
  if (auto done = stacks.open(program.manifest, object->maps); !done) return std::unexpected(done.error());
  Presenter presenter(program.manifest, &stacks);
  const Decoding how = {.trailer = program.manifest.str_trunc_trailer,
                        .boot_time = static_cast<int64_t>(offset_between(CLOCK_BOOTTIME, CLOCK_REALTIME)),
                        .presenter = &presenter};
  MapStore store(program.manifest, object->maps, grace, how);
  std::unique_ptr<output::Recorder> recorder;
  if (options.purpose != Purpose::tracing) {
    auto made = output::Recorder::make(behind);
    if (!made) return std::unexpected(made.error());
    recorder = std::move(*made);
  }
  output::Printer& printer = recorder ? *recorder : behind;
  ScriptActions actions(program.manifest, printer, signals);
  if (auto done = options.dry_run ? Result<void>() : actions.open_files(); !done)
    return std::unexpected(done.error());
  auto stream =
      RecordStream::open(program.manifest, object->maps, store, printer, actions, how, options.no_warnings);
  if (!stream) return std::unexpected(stream.error());

  const auto traced = child.fd() >= 0 ? std::optional(child.pid()) : options.pid;
  Session session(program, printer, options, signals, user_signal, *object, *stream, stacks, store, grace,
                  plan, traced);
  auto status = recorder ? session.run_trials(*recorder)
                         : session.run(child, child.fd() >= 0 ? child.fd() : watched.get());
  if (!status && is_broken_pipe(status.error())) return kBrokenPipeStatus;
  return status;
}

} // namespace trc::runtime
