// A flame graph: how much each function weighs, with all that it calls above it. As one file that needs no
// other: an SVG picture, or the same in an HTML page. In a browser frames can be zoomed and searched.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "output/folded.h"

namespace trc::output {

class FlameGraph {
public:
  void add(const FoldedStack& stack);
  uint64_t weight() const { return root_.weight; } ///< of all stacks
  size_t stacks() const { return stacks_; }        ///< that were added

  /// `title` is shown above.
  std::string svg(const std::string& title) const;
  std::string html(const std::string& title) const;

private:
  struct Node {
    FoldedFrame frame;
    uint64_t weight = 0;
    std::map<FoldedFrame, std::unique_ptr<Node>>
        callees; ///< in a fixed order, so that pictures can be compared
  };
  class Drawing;

  Node root_ = {.frame = {"all", FoldedFrame::Kind::label}, .weight = 0, .callees = {}};
  size_t stacks_ = 0;
};

} // namespace trc::output
