#include "output/flame_graph.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "base/utf8.h"

namespace trc::output {
namespace {

constexpr char kStyle[] =
#include "output/flame/style.css.inc"
    ;
constexpr char kScript[] =
#include "output/flame/script.js.inc"
    ;

// All in pixels of the picture at its natural size.
constexpr double kWidth = 1200, kMargin = 10, kRow = 18, kHead = 48, kFoot = 28;
constexpr double kCharacter = 6.7; // of the monospaced letters, at 11 pixels
constexpr double kNarrowest = 0.1; // frames below it can't be seen, nor found when zoomed

using Kind = FoldedFrame::Kind;

std::string fixed(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", number);
  return text;
}

/// Text between tags. What XML has no way to write, and half a letter, become `?`.
std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t length = std::max<size_t>(utf8_sequence(text), 1);
    if (length > 1)
      out += text.substr(0, length);
    else if (text[0] == '&')
      out += "&amp;";
    else if (text[0] == '<')
      out += "&lt;";
    else if (text[0] == '>')
      out += "&gt;";
    else
      out += static_cast<signed char>(text[0]) < ' ' ? '?' : text[0]; // what is no UTF-8 is negative
    text.remove_prefix(length);
  }
  return out;
}

/// The same for the same name, so that a function is found again in another picture.
std::string colour(const FoldedFrame& frame) {
  uint32_t hash = 2166136261; // FNV-1a
  for (unsigned char c : frame.name)
    hash = (hash ^ c) * 16777619;
  struct Hues {
    int first, count, saturation, lightness;
  };
  static constexpr Hues kHues[] = {{90, 40, 25, 72}, {18, 34, 85, 64}, {200, 30, 60, 70}}; // as Kind
  const Hues& hues = kHues[static_cast<size_t>(frame.kind)];
  const int hue = hues.first + static_cast<int>(hash % static_cast<uint32_t>(hues.count));
  const int lightness = hues.lightness + static_cast<int>(hash >> 16 & 7);
  return "hsl(" + std::to_string(hue) + "," + std::to_string(hues.saturation) + "%," +
         std::to_string(lightness) + "%)";
}

std::string grouped(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3; at -= 3)
    text.insert(at - 3, ",");
  return text;
}

std::string_view tag_of(Kind kind) {
  static constexpr std::string_view kTags[] = {"", "", " [kernel]"};
  return kTags[static_cast<size_t>(kind)];
}

} // namespace

/// The frames as they are placed: the root at the bottom.
class FlameGraph::Drawing {
public:
  explicit Drawing(const Node& root) : root_(root) {
    depth_ = depth_of(root);
    height_ = kHead + static_cast<double>(depth_) * kRow + kFoot;
    if (root.weight > 0) draw(root, 0, 0);
  }

  double height() const { return height_; }
  const std::string& frames() const { return frames_; }
  size_t narrow() const { return narrow_; }

private:
  bool is_narrow(const Node& node) const { return width_of(node.weight) < kNarrowest; }
  double width_of(uint64_t weight) const {
    return (kWidth - 2 * kMargin) * static_cast<double>(weight) / static_cast<double>(root_.weight);
  }

  size_t depth_of(const Node& node) const {
    size_t deepest = 0;
    for (const auto& [frame, callee] : node.callees)
      if (!is_narrow(*callee)) deepest = std::max(deepest, depth_of(*callee));
    return deepest + 1;
  }

  void draw(const Node& node, uint64_t before, size_t level) {
    const double x = kMargin + width_of(before), width = width_of(node.weight);
    const double y = height_ - kFoot - static_cast<double>(level + 1) * kRow;
    const std::string name = node.frame.name + std::string(tag_of(node.frame.kind));
    const double share = 100.0 * static_cast<double>(node.weight) / static_cast<double>(root_.weight);
    frames_ +=
        "<g><title>" + escaped(name) + ": " + grouped(node.weight) + ", " + fixed(share) + " %</title>";
    frames_ += "<rect x=\"" + fixed(x) + "\" y=\"" + fixed(y) + "\" width=\"" + fixed(width) +
               "\" height=\"" + fixed(kRow - 1) + "\" fill=\"" + colour(node.frame) + "\"/>";
    frames_ += "<text x=\"" + fixed(x + 3) + "\" y=\"" + fixed(y + kRow - 6) + "\">" +
               escaped(label(node.frame.name, width)) + "</text></g>\n";
    for (const auto& [frame, callee] : node.callees) {
      if (is_narrow(*callee))
        ++narrow_;
      else
        draw(*callee, before, level + 1);
      before += callee->weight;
    }
  }

  /// As much of a name as there is room for. The script does the same for a zoomed frame.
  static std::string label(const std::string& name, double width) {
    const auto room = static_cast<size_t>(std::max(0.0, (width - 6) / kCharacter));
    if (name.size() <= room) return name;
    return room < 3 ? "" : name.substr(0, room - 2) + "..";
  }

  const Node& root_;
  size_t depth_ = 0, narrow_ = 0;
  double height_ = 0;
  std::string frames_;
};

void FlameGraph::add(const FoldedStack& stack) {
  if (stack.weight == 0) return;
  ++stacks_;
  root_.weight += stack.weight;
  Node* node = &root_;
  for (const FoldedFrame& frame : stack.frames) {
    auto& callee = node->callees[frame];
    if (!callee) callee = std::make_unique<Node>(Node{.frame = frame, .weight = 0, .callees = {}});
    node = callee.get();
    node->weight += stack.weight;
  }
}

std::string FlameGraph::svg(const std::string& title) const {
  const Drawing drawing(root_);
  const std::string height = fixed(drawing.height()), width = fixed(kWidth), middle = fixed(kWidth / 2);
  std::string subtitle =
      grouped(weight()) + " in " + grouped(stacks_) + (stacks_ == 1 ? " stack" : " stacks");
  if (drawing.narrow() > 0)
    subtitle += "; " + grouped(drawing.narrow()) +
                (drawing.narrow() == 1 ? " narrow frame is not drawn" : " narrow frames are not drawn");
  std::string out = "<svg class=\"flame\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " " +
                    height + "\" width=\"" + width + "\" height=\"" + height + "\">\n";
  out.append("<style>").append(kStyle).append("</style>\n");
  out += "<rect class=\"ground\" width=\"" + width + "\" height=\"" + height + "\"/>\n";
  out += "<text class=\"title\" x=\"" + middle + "\" y=\"22\">" + escaped(title) + "</text>\n";
  out += "<text class=\"subtitle\" x=\"" + middle + "\" y=\"39\">" + subtitle + "</text>\n";
  out += "<text class=\"button reset\" x=\"" + fixed(kMargin) + "\" y=\"22\">reset zoom</text>\n";
  out += "<text class=\"button search\" x=\"" + fixed(kWidth - kMargin) + "\" y=\"22\">search</text>\n";
  out += "<text class=\"detail\" x=\"" + fixed(kMargin) + "\" y=\"" + fixed(drawing.height() - 10) +
         "\"> </text>\n";
  out += "<text class=\"matched\" x=\"" + fixed(kWidth - kMargin) + "\" y=\"" + fixed(drawing.height() - 10) +
         "\"> </text>\n";
  out += "<g class=\"frames\">\n" + drawing.frames() + "</g>\n";
  out.append("<script>").append(kScript).append("</script>\n</svg>\n");
  return out;
}

std::string FlameGraph::html(const std::string& title) const {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>" + escaped(title) +
         "</title>\n<style>body { margin: 0; text-align: center; }</style></head>\n<body>\n" + svg(title) +
         "</body>\n</html>\n";
}

} // namespace trc::output
