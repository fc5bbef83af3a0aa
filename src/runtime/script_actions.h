// What scripts ask of the session besides printing values: files, commands, packets (cat, system, join,
// skboutput).
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "output/printer.h"
#include "output/value.h"
#include "program/format_spec.h"
#include "program/manifest.h"
#include "runtime/pcap_file.h"
#include "runtime/signals.h"

namespace trc::runtime {

class ScriptActions {
public:
  using Values = std::span<const output::Value>;
  using Pieces = std::span<const FormatPiece>;

  ScriptActions(const Manifest& manifest, output::Printer& printer, const Signals& signals)
      : manifest_(manifest), printer_(printer), signals_(signals) {}

  /// Creates the files that packets go to.
  Result<void> open_files();

  void cat(const EventInfo& event, Pieces path, Values values);
  void run_command(const EventInfo& event, Pieces command, Values values);
  void join(const EventInfo& event, Values values);
  void keep_packet(const EventInfo& event, Values values);

private:
  /// Something went wrong with what a call asked for.
  void complain(const EventInfo& event, const std::string& text);

  const Manifest& manifest_;
  output::Printer& printer_;
  const Signals& signals_;
  std::map<std::string, PcapFile> files_; ///< by their names; one that can't be written is taken out
};

} // namespace trc::runtime
