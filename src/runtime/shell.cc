// See shell.h.
#include "runtime/shell.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "output/format.h"

namespace trc::runtime {
namespace {

/// How often is looked for a signal while a command runs.
constexpr int kLook = 50; // milliseconds

/// Follows a shell's text: what quotes a place in it stands in. A command substitution begins anew.
class Quotes {
public:
  enum class State : uint8_t { none, single, twice };

  void follow(std::string_view text) {
    for (char c : text) {
      follow(c);
      before_ = c;
    }
  }
  State state() const { return levels_.back().state; }

private:
  struct Level {
    State state = State::none;
    char end = '\0'; ///< ends it, where it is not in quotes
  };

  void follow(char c) {
    State& state = levels_.back().state;
    if (is_escaped_) {
      is_escaped_ = false;
    } else if (state == State::single) {
      if (c == '\'') state = State::none;
    } else if (c == '\\') {
      is_escaped_ = true;
    } else if (c == '"') {
      state = state == State::twice ? State::none : State::twice;
    } else if (c == '`') {
      // Within one, in double quotes of its own or not, it can only be the end.
      if (is_in_backticks_)
        leave('`');
      else
        levels_.push_back({.end = '`'});
      is_in_backticks_ = !is_in_backticks_;
    } else if (c == '(' && (before_ == '$' || state == State::none)) {
      levels_.push_back({.end = ')'});
    } else if (state == State::none) {
      if (c == '\'') state = State::single;
      if (c == ')' && levels_.back().end == ')') levels_.pop_back();
    }
  }

  void leave(char end) {
    while (levels_.size() > 1) {
      const bool found = levels_.back().end == end;
      levels_.pop_back();
      if (found) return;
    }
  }

  std::vector<Level> levels_ = {{}};
  bool is_in_backticks_ = false;
  bool is_escaped_ = false;
  char before_ = '\0';
};

/// Should the quotes be told wrongly (in a here-document, for one), the text comes out wrong, but it is no
/// command all the same: what a variable holds is never read as one.
std::string reference(const std::string& name, Quotes::State quotes) {
  const std::string variable = "${" + name + "}";
  switch (quotes) {
  case Quotes::State::twice: return variable;
  case Quotes::State::single: return "'\"" + variable + "\"'";
  case Quotes::State::none: break;
  }
  return "\"" + variable + "\"";
}

/// The digits of a number, with a sign, a prefix and blanks.
bool is_harmless(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
           std::string_view("xX+- ").contains(c);
  });
}

/// Becomes the shell. Only async-signal-safe calls.
[[noreturn]] void run_child(int output, pid_t parent, const char* text, char* const* environment,
                            const Signals& signals) {
  signals.restore();
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent || ::dup2(output, STDOUT_FILENO) < 0) ::_exit(126);
  char shell[] = "sh", option[] = "-c";
  char* const arguments[] = {shell, option, const_cast<char*>(text), nullptr};
  ::execve("/bin/sh", arguments, environment);
  ::_exit(127);
}

std::vector<char*> environment_with(const std::vector<std::string>& values) {
  std::vector<char*> all;
  for (char** entry = environ; *entry != nullptr; ++entry)
    all.push_back(*entry);
  for (const std::string& value : values)
    all.push_back(const_cast<char*>(value.c_str()));
  all.push_back(nullptr);
  return all;
}

/// Hands on what there is; false at its end.
bool read_some(int fd, const std::function<void(std::string_view)>& use) {
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got > 0)
      use({buffer.data(), static_cast<size_t>(got)});
    else if (got == 0 || errno != EINTR)
      return got < 0 && errno == EAGAIN;
  }
}

} // namespace

ShellCommand shell_command(std::span<const FormatPiece> pieces, std::span<const output::Value> values) {
  ShellCommand command;
  Quotes quotes;
  for (const FormatPiece& piece : pieces) {
    command.text += piece.literal;
    quotes.follow(piece.literal);
    if (piece.conversion == 0) continue;
    FormatPiece alone = piece;
    alone.literal.clear();
    const size_t count = std::min(argument_count({alone}), values.size());
    std::string text;
    output::render(text, {&alone, 1}, values.first(count));
    values = values.subspan(count);
    if (is_number(piece) && is_harmless(text)) {
      command.text += text;
      continue;
    }
    std::erase(text, '\0'); // which no variable can hold
    const std::string name = "TRC_VALUE_" + std::to_string(command.values.size() + 1);
    command.text += reference(name, quotes.state());
    command.values.push_back(name + "=" + text);
  }
  return command;
}

Result<void> run_shell(const ShellCommand& command, const Signals& signals,
                       const std::function<void(std::string_view)>& use) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return errno_failure(errno, "cannot run a command");
  Fd output(ends[0]), theirs(ends[1]);
  ::fcntl(output.get(), F_SETFL, O_NONBLOCK);
  std::vector<char*> environment = environment_with(command.values);
  const pid_t parent = ::getpid(), pid = ::fork();
  if (pid < 0) return errno_failure(errno, "cannot run a command");
  if (pid == 0) run_child(theirs.get(), parent, command.text.c_str(), environment.data(), signals);
  theirs.reset();
  // A session that is ending runs the commands of `end` to their own ends.
  const bool may_be_ended = !signals.seen();
  bool is_open = true;
  for (bool has_ended = false; !has_ended;) {
    pollfd wait = {.fd = is_open ? output.get() : -1, .events = POLLIN, .revents = 0};
    ::poll(&wait, 1, kLook);
    // Looked at first: all that it has written by then is in the pipe.
    has_ended = ::waitpid(pid, nullptr, WNOHANG) != 0;
    // What it leaves in the background may hold the other end for long.
    if (is_open) is_open = read_some(output.get(), use);
    if (!has_ended && !is_open) has_ended = ::waitpid(pid, nullptr, 0) == pid;
    if (!has_ended && may_be_ended && signals.seen()) {
      ::kill(-pid, SIGTERM);
      ::kill(pid, SIGTERM); // it may not have a group yet
      ::waitpid(pid, nullptr, 0);
      has_ended = true;
    }
  }
  return {};
}

} // namespace trc::runtime
