// What the printers write, and that they write all of it and own up to failures.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

#include "base/fd.h"
#include "output/printer.h"

namespace trc::output {
namespace {

Value integer(int64_t number) { return {number}; }
Value text(std::string bytes) { return {std::move(bytes)}; }
Value tuple(std::vector<Value> elements) { return {Tuple{std::move(elements)}}; }

std::string contents(int fd) {
  std::string all(static_cast<size_t>(lseek(fd, 0, SEEK_END)), '\0');
  EXPECT_EQ(pread(fd, all.data(), all.size(), 0), static_cast<ssize_t>(all.size()));
  return all;
}

template<class Action> std::string printed(Format format, Action action, bool quiet = false) {
  Fd file(memfd_create("output", 0));
  auto printer = make_printer(format, file.get(), quiet);
  action(*printer);
  EXPECT_TRUE(printer->flush().has_value());
  return contents(file.get());
}

/// What goes to stderr meanwhile.
template<class Action> std::string errors(Action action, bool quiet = false) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(printed(Format::text, action, quiet), "");
  return testing::internal::GetCapturedStderr();
}

std::string map_text(const MapView& map) {
  return printed(Format::text, [&](Printer& printer) { printer.map(map); });
}
std::string map_json(const MapView& map) {
  return printed(Format::json, [&](Printer& printer) { printer.map(map); });
}
std::string value_json(const Value& value) {
  return printed(Format::json, [&](Printer& printer) { printer.value(value); });
}

const Histogram kHistogram{{{std::nullopt, 0, 1}, {0, 1, 0}, {1, 2, 2}}, false, 0};

TEST(TextPrinter, Maps) {
  EXPECT_EQ(map_text({"@x", true, {{{}, integer(5)}}}), "@x: 5\n");
  EXPECT_EQ(map_text({"@", true, {{{}, integer(-5)}}}), "@: -5\n");
  EXPECT_EQ(map_text({"@x", false, {{text("a b"), integer(5)}, {text("c"), integer(6)}}}),
            "@x[a b]: 5\n@x[c]: 6\n");
  EXPECT_EQ(map_text({"@x", false, {{tuple({integer(1), text("a")}), tuple({integer(2), integer(3)})}}}),
            "@x[1, a]: (2, 3)\n");
  EXPECT_EQ(map_text({"@x", false, {{tuple({integer(1), tuple({integer(2), integer(3)})}), integer(5)}}}),
            "@x[1, (2, 3)]: 5\n");
  EXPECT_EQ(map_text({"@x", false, {}}), "");
}

Value record(std::vector<std::string> names, std::vector<Value> values) {
  return {Record{std::move(names), std::move(values)}};
}
/// {a = 1, {b = (5, 6), {c = "x"}}} with two anonymous members, one in the other
Value nested_record() {
  Value deep = record({"c"}, {text("x")});
  Value inner = record({"b", ""}, {tuple({integer(5), integer(6)}), deep});
  return record({"a", ""}, {integer(1), inner});
}

TEST(TextPrinter, ValuesOfEveryKind) {
  auto form = [](const Value& value) {
    return printed(Format::text, [&](Printer& printer) { printer.value(value); });
  };
  EXPECT_EQ(form({Array{{integer(1), integer(2), integer(3)}}}), "[1,2,3]\n");
  EXPECT_EQ(form({Array{{{Array{{{true}, {false}}}}, {Array{{{false}, {true}}}}}}}),
            "[[true,false],[false,true]]\n");
  EXPECT_EQ(form({Array{}}), "[]\n");
  EXPECT_EQ(form(tuple({})), "()\n");
  EXPECT_EQ(form({Enumerator{1, "TCP_ESTABLISHED"}}), "TCP_ESTABLISHED\n");
  EXPECT_EQ(form({Enumerator{-77, ""}}), "-77\n");
  EXPECT_EQ(form({Buffer{std::string("ab\0\xff", 4)}}), "ab\\x00\\xff\n");
  EXPECT_EQ(form(record({"a", "b"}, {integer(1), tuple({integer(5), integer(6)})})),
            "{ .a = 1, .b = (5, 6) }\n");
  EXPECT_EQ(form(record({"s"}, {record({"t"}, {{Pointer{0}}})})), "{ .s = { .t = 0x0 } }\n");
  EXPECT_EQ(form(nested_record()), "{ .a = 1, .b = (5, 6), .c = x }\n");
  EXPECT_EQ(form(record({}, {})), "{}\n");
  EXPECT_EQ(form(record({""}, {record({}, {})})), "{}\n");
}

TEST(TextPrinter, KeysOfEveryKind) {
  auto key = [](Value value) { return map_text({"@x", false, {{std::move(value), integer(5)}}}); };
  EXPECT_EQ(key(record({"a", "b"}, {integer(1), integer(2)})), "@x[{ .a = 1, .b = 2 }]: 5\n");
  EXPECT_EQ(key({Array{{integer(1), integer(2)}}}), "@x[[1,2]]: 5\n");
  EXPECT_EQ(key({Enumerator{1, "ONE"}}), "@x[ONE]: 5\n");
  EXPECT_EQ(key({Buffer{"a\n"}}), "@x[a\\x0a]: 5\n");
  EXPECT_EQ(key(tuple({})), "@x[()]: 5\n");
  EXPECT_EQ(key(tuple({integer(1), {Array{{integer(2), integer(3)}}}})), "@x[1, [2,3]]: 5\n");
}

TEST(JsonPrinter, ValuesOfEveryKind) {
  auto form = [](const Value& value) {
    std::string line = value_json(value);
    std::string start = "{\"type\": \"value\", \"data\": ";
    EXPECT_TRUE(line.starts_with(start) && line.ends_with("}\n"));
    EXPECT_TRUE(nlohmann::json::accept(line)) << line;
    return line.substr(start.size(), line.size() - start.size() - 2);
  };
  EXPECT_EQ(form({Array{{integer(1), {Array{{integer(2)}}}}}}), "[1,[2]]");
  EXPECT_EQ(form(tuple({})), "[]");
  EXPECT_EQ(form({Enumerator{7, "SEVEN"}}), "7");
  EXPECT_EQ(form({Buffer{std::string("a\0\xff", 3)}}), "[97,0,-1]");
  EXPECT_EQ(form(record({"a", "b"}, {integer(0), {Enumerator{1, "ONE"}}})), "{\"a\": 0, \"b\": 1}");
  EXPECT_EQ(form(nested_record()), "{\"a\": 1, \"b\": [5,6], \"c\": \"x\"}");
  EXPECT_EQ(form(record({}, {})), "{}");
}

TEST(JsonPrinter, KeysOfEveryKind) {
  auto key = [](Value value) {
    std::string line = map_json({"@x", false, {{std::move(value), integer(5)}}});
    return nlohmann::json::parse(line)["data"]["@x"].begin().key();
  };
  EXPECT_EQ(key(record({"a", "b"}, {integer(1), text("a b")})), "{.a=1,.b=a b}");
  EXPECT_EQ(key({Array{{integer(1), integer(2)}}}), "[1,2]");
  EXPECT_EQ(key({Enumerator{1, "ONE"}}), "ONE");
  EXPECT_EQ(key(tuple({integer(1), record({"a"}, {integer(2)})})), "1,{.a=2}");
}

TEST(TextPrinter, ScriptMessages) {
  EXPECT_EQ(errors([](Printer& printer) {
              printer.script_message({true, "a.trc", 3, 9, "it broke"});
            }),
            "a.trc:3:9: ERROR: it broke\n");
  EXPECT_EQ(errors([](Printer& printer) {
              printer.script_message({false, "stdin", 1, 1, ""});
            }),
            "stdin:1:1: WARNING: \n");
}

TEST(JsonPrinter, ScriptMessages) {
  EXPECT_EQ(
      printed(Format::json,
              [](Printer& printer) {
                printer.script_message({true, "stdin", 1, 9, "te\"xt"});
                printer.script_message({false, "a.trc", 2, 1, "w"});
              }),
      "{\"type\": \"errorf\", \"msg\": \"te\\\"xt\", \"filename\": \"stdin\", \"line\": 1, \"col\": 9}\n"
      "{\"type\": \"warnf\", \"msg\": \"w\", \"filename\": \"a.trc\", \"line\": 2, \"col\": 1}\n");
}

TEST(TextPrinter, Histograms) {
  std::string rows = "(..., 0)               1 |@@@@@@@@@@@@@@@@@@@@@@@@@@                          |\n"
                     "[0]                    0 |                                                    |\n"
                     "[1]                    2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n";
  EXPECT_EQ(map_text({"@h", true, {{{}, {kHistogram}}}}), "@h:\n" + rows + "\n");
  EXPECT_EQ(map_text({"@h", false, {{text("k"), {kHistogram}}}}), "@h[k]:\n" + rows + "\n");
  EXPECT_EQ(map_text({"@h", true, {{{}, {Histogram{}}}}}), "@h:\n\n");
}

TEST(TextPrinter, ValuesAndText) {
  EXPECT_EQ(printed(Format::text,
                    [](Printer& printer) {
                      printer.value(tuple({integer(1), text("x")}));
                      printer.value({});
                      printer.printf("a\tb");
                      printer.text("time", "12:00:00\n");
                      printer.final_maps();
                    }),
            "(1, x)\nnull\na\tb12:00:00\n\n\n");
}

TEST(TextPrinter, Messages) {
  EXPECT_EQ(errors([](Printer& printer) { printer.attached(1); }), "Attached 1 probe\n");
  EXPECT_EQ(errors([](Printer& printer) { printer.attached(2); }), "Attached 2 probes\n");
  EXPECT_EQ(errors([](Printer& printer) { printer.attached(2); }, true), "");
  EXPECT_EQ(errors([](Printer& printer) { printer.warning("no such thing"); }), "warning: no such thing\n");
  EXPECT_EQ(errors([](Printer& printer) {
              printer.loss({12, "events", "ring full", "tracepoint:syscalls:sys_enter_openat"});
            }),
            "lost 12 events: ring full, tracepoint:syscalls:sys_enter_openat\n");
}

TEST(JsonPrinter, Maps) {
  EXPECT_EQ(map_json({"@x", true, {{{}, integer(5)}}}), "{\"type\": \"map\", \"data\": {\"@x\": 5}}\n");
  EXPECT_EQ(map_json({"@x", false, {{text("key 1"), integer(2)}, {text("key2"), integer(3)}}}),
            "{\"type\": \"map\", \"data\": {\"@x\": {\"key 1\": 2, \"key2\": 3}}}\n");
  EXPECT_EQ(map_json({"@x", false, {{tuple({text("a b"), integer(2)}), integer(5)}}}),
            "{\"type\": \"map\", \"data\": {\"@x\": {\"a b,2\": 5}}}\n");
  EXPECT_EQ(map_json({"@x", false, {{tuple({integer(1), tuple({integer(2), integer(3)})}), integer(5)}}}),
            "{\"type\": \"map\", \"data\": {\"@x\": {\"1,(2,3)\": 5}}}\n");
  EXPECT_EQ(map_json({"@x", false, {}}), "");
}

TEST(JsonPrinter, Histograms) {
  std::string rows = "[{\"max\": -1, \"count\": 1},{\"min\": 0, \"max\": 0, \"count\": 0},"
                     "{\"min\": 1, \"max\": 1, \"count\": 2}]";
  EXPECT_EQ(map_json({"@h", true, {{{}, {kHistogram}}}}),
            "{\"type\": \"hist\", \"data\": {\"@h\": " + rows + "}}\n");
  EXPECT_EQ(map_json({"@h", false, {{text("a"), {kHistogram}}, {text("b"), {kHistogram}}}}),
            "{\"type\": \"hist\", \"data\": {\"@h\": {\"a\": " + rows + ", \"b\": " + rows + "}}}\n");
  Histogram linear{{{100, std::nullopt, 1}}, true, 10};
  EXPECT_EQ(map_json({"@h", true, {{{}, {linear}}}}),
            "{\"type\": \"hist\", \"data\": {\"@h\": [{\"min\": 100, \"count\": 1}]}}\n");
}

TEST(JsonPrinter, Values) {
  EXPECT_EQ(value_json(tuple({integer(1), text("a\"b"), {true}})),
            "{\"type\": \"value\", \"data\": [1,\"a\\\"b\",true]}\n");
  EXPECT_EQ(value_json({}), "{\"type\": \"value\", \"data\": null}\n");
  EXPECT_EQ(value_json({Pointer{16}}), "{\"type\": \"value\", \"data\": 16}\n");
  EXPECT_EQ(value_json(integer(1LL << 53)), "{\"type\": \"value\", \"data\": 9007199254740992}\n");
  EXPECT_EQ(value_json(integer((1LL << 53) + 1)), "{\"type\": \"value\", \"data\": \"9007199254740993\"}\n");
  EXPECT_EQ(value_json(integer(-(1LL << 53) - 1)),
            "{\"type\": \"value\", \"data\": \"-9007199254740993\"}\n");
  EXPECT_EQ(value_json(integer(INT64_MIN)), "{\"type\": \"value\", \"data\": -9223372036854775808}\n");
  EXPECT_EQ(value_json({UINT64_MAX}), "{\"type\": \"value\", \"data\": \"18446744073709551615\"}\n");
}

TEST(JsonPrinter, AnyBytesGiveValidJson) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      std::string bytes{static_cast<char>(first), static_cast<char>(second), static_cast<char>(0x80)};
      std::string line = value_json(text(bytes));
      ASSERT_EQ(line.find('\n'), line.size() - 1);
      ASSERT_TRUE(nlohmann::json::accept(line)) << line;
    }
  }
  EXPECT_EQ(value_json(text("\xc3\xa9 \xff \x01\n")),
            "{\"type\": \"value\", \"data\": \"\xc3\xa9 \\u00ff \\u0001\\n\"}\n");
}

TEST(JsonPrinter, Records) {
  EXPECT_EQ(printed(Format::json,
                    [](Printer& printer) {
                      printer.attached(2);
                      printer.printf("a\tb\n");
                      printer.text("time", "12:00:00\n");
                      printer.warning("no \"x\"");
                      printer.final_maps();
                      printer.loss({12, "updates", "map full", "@x"});
                    }),
            "{\"type\": \"attached_probes\", \"count\": 2, \"data\": {\"probes\": 2}}\n"
            "{\"type\": \"printf\", \"data\": \"a\\tb\\n\"}\n"
            "{\"type\": \"time\", \"data\": \"12:00:00\\n\"}\n"
            "{\"type\": \"warning\", \"msg\": \"no \\\"x\\\"\"}\n"
            "{\"type\": \"lost_events\", \"count\": 12, \"data\": {\"events\": 12}, \"what\": \"updates\", "
            "\"cause\": \"map full\", \"place\": \"@x\"}\n");
  EXPECT_EQ(printed(
                Format::json, [](Printer& printer) { printer.attached(2); }, true),
            "");
}

TEST(Writing, CollectsAndWritesBlocks) {
  Fd file(memfd_create("output", 0));
  auto printer = make_printer(Format::text, file.get(), false);
  std::string line(1000, 'x');
  for (int i = 0; i < 65; ++i)
    printer->printf(line);
  EXPECT_EQ(contents(file.get()), "");
  printer->printf(line);
  EXPECT_EQ(contents(file.get()).size(), 66000U);
}

TEST(Writing, WaitsForASlowReader) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_NONBLOCK), 0);
  Fd reading(ends[0]);
  Fd writing(ends[1]);
  std::string all;
  std::thread reader([&] {
    char buffer[4096];
    for (;;) {
      ssize_t size = read(reading.get(), buffer, sizeof buffer);
      if (size == 0) break;
      if (size > 0) all.append(buffer, static_cast<size_t>(size));
    }
  });
  auto printer = make_printer(Format::text, writing.get(), false);
  std::string expected;
  for (int i = 0; i < 100000; ++i) {
    std::string line = std::to_string(i) + "\n";
    printer->printf(line);
    expected += line;
  }
  EXPECT_TRUE(printer->flush().has_value());
  writing.reset();
  reader.join();
  EXPECT_EQ(all, expected);
}

TEST(Writing, AMapInParts) {
  auto part = [](int64_t key, bool begins, bool ends) {
    return MapView{.name = "@x", .entries = {{{key}, {key * 2}}}, .begins = begins, .ends = ends};
  };
  auto print = [&](Format format) {
    return printed(format, [&](Printer& printer) {
      printer.map(part(1, true, false));
      printer.map(part(2, false, false));
      printer.map(part(3, false, true));
    });
  };
  EXPECT_EQ(print(Format::text), "@x[1]: 2\n@x[2]: 4\n@x[3]: 6\n");
  EXPECT_EQ(print(Format::json), "{\"type\": \"map\", \"data\": {\"@x\": {\"1\": 2, \"2\": 4, \"3\": 6}}}\n");
}

TEST(Writing, AFullDiskIsReportedOnce) {
  Fd full(open("/dev/full", O_WRONLY));
  auto printer = make_printer(Format::text, full.get(), false);
  printer->printf("text");
  auto result = printer->flush();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().cause, "can't write the output: No space left on device");
  printer->printf("text");
  EXPECT_TRUE(printer->flush().has_value());
}

} // namespace
} // namespace trc::output
