// The files that probes in programs are put on: from the target of an attach point, as people write it, to an
// open ELF file. What uprobe and usdt have in common.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"
#include "probes/provider.h"
#include "symbols/elf_file.h"

namespace trc::probes {

/// What tells which processes and files are meant.
struct UserContext {
  const Kernel& kernel;
  std::optional<pid_t> pid; ///< of -p
  std::string command;      ///< of -c, as a path
};

inline UserContext user_context(const ResolveContext& context) {
  return {.kernel = context.kernel, .pid = context.pid, .command = context.command};
}

/// The paths that a target stands for: a path; a path with wildcards; the name of a program in the working
/// directory or in $PATH; the short name of a library (`libc`); `*`, all that a process of -p has mapped to
/// execute; "", the program of -p or -c. With -p they are as that process sees them. An error says why there
/// are none, with a hint.
Result<std::vector<std::string>> find_targets(const std::string& text, const UserContext& context);

/// An ELF file, open.
struct UserFile {
  std::string path;  ///< as names of probes show it
  std::string file;  ///< that the kernel opens: the archive of a member `FILE!/MEMBER`
  uint64_t base = 0; ///< where the ELF file begins in it
  Fd fd;             ///< of `file`
  std::string image; ///< of a member, what `elf` is read from
  symbols::ElfFile elf;

  /// It was built by Go's own compiler.
  bool is_go() const;
};
/// `path`: one of find_targets().
Result<UserFile> open_target(const std::string& path, const Kernel& kernel);

/// A variable or function of a file.
struct UserSymbol {
  uint64_t address = 0;  ///< as the file itself counts
  uint64_t size = 0;     ///< bytes
  bool is_fixed = false; ///< the file is loaded where it says: that is the address in every process
};
/// An error's cause is a hint for a name that is not there.
Result<UserSymbol> find_user_symbol(const std::string& path, const std::string& name, const Kernel& kernel);

/// The files that a pattern of `trc -l` names, and the pattern for what is in them; none where it names no
/// type and so asks for no file.
struct ListedFiles {
  std::vector<std::string> paths;
  std::string rest;
};
Result<ListedFiles> listed_files(const ListRequest& request);

/// Reports, at the target's part, what find_targets() or open_target() say.
void report_no_target(const AttachPointText& point, const Part& part, const Error& error,
                      const ResolveContext& context);

/// Whether one link can take all probes in a file (Linux 6.6). Those before 6.10 mistake the process of -p
/// for its first thread.
bool has_uprobe_multi(const ResolveContext& context);

/// What matches in programs and libraries have in common.
Match user_match(const ResolveContext& context, std::string_view provider);

} // namespace trc::probes
