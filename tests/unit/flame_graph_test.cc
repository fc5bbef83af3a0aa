// Stacks folded, and the flame graph of them.
#include <gtest/gtest.h>

#include "output/flame_graph.h"

namespace trc::output {
namespace {

using Kind = FoldedFrame::Kind;

Value stack(std::vector<std::string> names, bool is_kernel) {
  return {Stack{{}, std::move(names), is_kernel}};
}
MapEntry entry(std::vector<Value> key, Value value) { return {{Tuple{std::move(key)}}, std::move(value)}; }

std::string folded(const MapEntry& entry) {
  std::string out;
  append_folded(out, fold(entry));
  return out;
}

TEST(Folded, RootFirstLabelsThenUserThenKernel) {
  EXPECT_EQ(folded(entry({stack({"leaf", "k"}, true), {std::string("comm")}, stack({"f", "main"}, false)},
                         {int64_t{3}})),
            "comm;main;f;k_[k];leaf_[k] 3\n");
}

TEST(Folded, KernelFramesAloneAreNotMarked) {
  EXPECT_EQ(folded({stack({"leaf", "k"}, true), {uint64_t{3}}}), "k;leaf 3\n");
}

TEST(Folded, SeparatorsInNames) {
  EXPECT_EQ(folded(entry({{std::string("a;b\nc")}, stack({"f<int;x>"}, false)}, {uint64_t{1}})),
            "a:b c;f<int:x> 1\n");
}

TEST(Folded, StackThatWasNotToBeHad) {
  EXPECT_EQ(folded({stack({}, false), {uint64_t{2}}}), "[no stack] 2\n");
}

TEST(Folded, Weights) {
  const Value key = stack({"f"}, false);
  EXPECT_EQ(fold({key, {int64_t{-1}}}).weight, 0u);
  EXPECT_EQ(fold({key, {Stats{{{"count", "average", "total"}, {{int64_t{2}}, {int64_t{5}}, {int64_t{10}}}}}}})
                .weight,
            10u);
  EXPECT_EQ(fold({key, {Histogram{{{0, 1, 4}, {1, 2, 5}}}}}).weight, 9u);
}

TEST(Folded, MapsWithoutStacksOrWeights) {
  EXPECT_FALSE(is_foldable({.name = "@", .entries = {}}));
  EXPECT_FALSE(is_foldable({.name = "@", .entries = {{{int64_t{1}}, {int64_t{1}}}}}));
  EXPECT_FALSE(is_foldable({.name = "@", .entries = {{stack({"f"}, false), {std::string("x")}}}}));
  EXPECT_TRUE(is_foldable({.name = "@", .entries = {{stack({"f"}, false), {int64_t{1}}}}}));
}

size_t count(const std::string& text, const std::string& part) {
  size_t found = 0;
  for (size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at)
    ++found;
  return found;
}

TEST(FlameGraph, SameFramesAreOneAndAsWideAsTheyWeigh) {
  FlameGraph graph;
  graph.add({.frames = {{"main", Kind::user}, {"f", Kind::user}}, .weight = 30});
  graph.add({.frames = {{"main", Kind::user}, {"g", Kind::user}}, .weight = 10});
  graph.add({.frames = {{"main", Kind::user}, {"f", Kind::user}}, .weight = 20});
  EXPECT_EQ(graph.weight(), 60u);
  const std::string svg = graph.svg("t");
  EXPECT_EQ(count(svg, "<title>"), 4u);
  EXPECT_NE(svg.find("<title>f: 50, 83.33 %</title><rect x=\"10.00\""), std::string::npos);
  EXPECT_NE(svg.find("<title>g: 10, 16.67 %</title>"), std::string::npos);
  EXPECT_NE(svg.find("width=\"983.33\""), std::string::npos); // 50 of 60 of 1180 pixels
}

TEST(FlameGraph, KernelAndUserFramesOfOneNameAreTwo) {
  FlameGraph graph;
  graph.add({.frames = {{"f", Kind::user}}, .weight = 1});
  graph.add({.frames = {{"f", Kind::kernel}}, .weight = 1});
  EXPECT_NE(graph.svg("").find("<title>f [kernel]: 1, 50.00 %</title>"), std::string::npos);
}

TEST(FlameGraph, TextIsSafe) {
  FlameGraph graph;
  graph.add({.frames = {{"a<b>&\"\x01\xff", Kind::user}}, .weight = 1});
  const std::string page = graph.html("</title><script>");
  EXPECT_NE(page.find("<title>a&lt;b&gt;&amp;\"??: 1, 100.00 %</title>"), std::string::npos);
  EXPECT_EQ(page.find("</title><script>"), std::string::npos);
  EXPECT_EQ(count(page, "<script>"), 1u);
}

TEST(FlameGraph, FramesThatCantBeSeenAreCounted) {
  FlameGraph graph;
  graph.add({.frames = {{"wide", Kind::user}}, .weight = 1'000'000});
  graph.add({.frames = {{"narrow", Kind::user}}, .weight = 1});
  const std::string svg = graph.svg("");
  EXPECT_NE(svg.find("1,000,001 in 2 stacks; 1 narrow frame is not drawn"), std::string::npos);
  EXPECT_EQ(svg.find("<title>narrow"), std::string::npos);
}

TEST(FlameGraph, Empty) {
  FlameGraph graph;
  graph.add({.frames = {{"f", Kind::user}}, .weight = 0});
  EXPECT_EQ(graph.stacks(), 0u);
  EXPECT_NE(graph.svg("").find("0 in 0 stacks"), std::string::npos);
}

} // namespace
} // namespace trc::output
