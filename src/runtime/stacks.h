// The stacks that programs have sent, and how they are shown. A program sends a stack's frames once (see
// codegen/stack.cc); later a key stands for it. What the addresses mean src/symbols knows.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "output/value.h"
#include "program/manifest.h"
#include "program/records.h"
#include "program/stack_mode.h"
#include "runtime/maps.h"
#include "runtime/ring.h"
#include "symbols/kernel_symbols.h"
#include "symbols/user_symbols.h"

namespace trc::runtime {

class Stacks {
public:
  /// `with_names`: show() gives the frames' names, too.
  Stacks(const Manifest& manifest, bool with_names)
      : demangles_(manifest.cpp_demangle), with_names_(with_names) {}
  /// Opens the ring, if the script has one.
  Result<void> open(const Manifest& manifest, const LoadedMaps& maps);

  /// Takes in what programs have sent, and has a look at processes that are seen for the first time: the
  /// sooner it is called the surer a process that ends at once leaves its names.
  void read();
  /// Become readable when there is something to read; none without a ring.
  const std::vector<int>& descriptors() const { return descriptors_; }

  /// A line for each frame, as language.md 3.1 has them.
  output::Stack show(const StackKey& key, StackMode mode, bool is_kernel);
  /// The name of the only frame, as usym() gives it.
  std::string show_symbol(const StackKey& key);
  std::string show_kernel_symbol(uint64_t address);

private:
  struct Frames {
    size_t first; ///< in addresses_
    uint32_t count;
    symbols::ImageId image; ///< process 0: the kernel
  };
  struct KeyHash {
    size_t operator()(const StackKey& key) const { return key.low; }
  };
  struct LineKey {
    symbols::ImageId image;
    uint64_t address;
    StackMode mode;
    bool is_return; ///< where a call returns to: the call itself is before it
    bool operator==(const LineKey&) const = default;
  };
  struct LineHash {
    size_t operator()(const LineKey& key) const {
      return (key.address * 4 + key.is_return) * 0x9e3779b97f4a7c15 ^ key.image.memory ^
             key.image.process << 32;
    }
  };

  void take(std::span<const std::byte> record);
  const Frames* find(const StackKey& key);
  uint32_t own_frames(const Frames& frames);
  const std::string& line(const LineKey& key);
  std::string kernel_line(const LineKey& key);
  std::string user_line(const LineKey& key);
  std::string user_name(const symbols::UserFrame& frame) const;
  std::string name_of(const symbols::UserFrame& frame) const;

  bool demangles_, with_names_;
  Ring ring_;
  std::vector<int> descriptors_;
  std::vector<uint64_t> addresses_; ///< of all stacks
  std::unordered_map<StackKey, Frames, KeyHash> stacks_;
  std::unordered_map<LineKey, std::string, LineHash> lines_;
  symbols::KernelSymbols kernel_;
  symbols::UserSymbols user_;
};

} // namespace trc::runtime
