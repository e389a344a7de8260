// Which text stands in the comment at the top of a file, in any language.
#include "config/comment_lines.h"

#include <ostream>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace hutch::config {
namespace {

/// "LINE:COLUMN=content;" of each.
std::string seen(std::string_view text)
{
    std::string all;
    for (const CommentLine& each : comment_lines(text)) {
        all += fmt::format("{}:{}={};", each.number, column_of(each.line, each.content), each.content);
    }
    return all;
}

struct Sample {
    std::string_view text, seen;
};

std::ostream& operator<<(std::ostream& out, const Sample& sample)
{
    return out << testing::PrintToString(sample.text);
}

const Sample samples[] = {
    {"", ""},
    {"\n\n \t\n", ""},
    {"#", ""},
    // one leader for each row of the document
    {"# a", "1:3=a;"},
    {"#a", "1:2=a;"},
    {"##  a  ", "1:5=a;"},
    {"// a", "1:4=a;"},
    {"///a", "1:4=a;"},
    {"//! a", "1:5=a;"},
    {"-- a", "1:4=a;"},
    {"--- a", "1:5=a;"},
    {"; a", "1:3=a;"},
    {";;; a", "1:5=a;"},
    {"% a", "1:3=a;"},
    {"\" a", "1:3=a;"},
    {"\"@a", "1:2=@a;"},
    {"' a", "1:3=a;"},
    {"'@a", "1:2=@a;"},
    {"! a", "1:3=a;"},
    {"!!a", "1:3=a;"},
    {":: a", "1:4=a;"},
    {"REM a", "1:5=a;"},
    {"rem a", "1:5=a;"},
    {"@ReM a", "1:6=a;"},
    {"dnl a", "1:5=a;"},
    {".\\\" a", "1:5=a;"},
    {"'\\\" a", "1:5=a;"},
    {"/* a */", "1:4=a;"},
    {"/** a **/", "1:5=a *;"},
    {"/*! a */", "1:5=a;"},
    {"/*\n * a\n *b\n c\n*/\n# d", "2:4=a;3:3=b;4:2=c;6:3=d;"},
    {"<!-- a -->", "1:6=a;"},
    {"<!--\na\n  * b\n-->", "2:1=a;3:3=* b;"},
    {"{- a\n   b -}", "1:4=a;2:4=b;"},
    {"(* a\n * b *)", "1:4=a;2:4=b;"},
    {"--[[ a\nb ]]\n-- c", "1:6=a;2:1=b;3:4=c;"},
    {"<# a\nb #>", "1:4=a;2:1=b;"},
    // what is before it
    {"#!/bin/sh\n# a", "2:3=a;"},
    {"#!/bin/sh", ""},
    {"\n#!/bin/sh\n# a", "2:3=/bin/sh;3:3=a;"},
    {"\xef\xbb\xbf# a", "1:3=a;"},
    {"\xef\xbb\xbf#!/bin/sh\n# a", "2:3=a;"},
    {"<?php\n// a", "2:4=a;"},
    {"#!/usr/bin/env php\n<?php\n// a", "3:4=a;"},
    {"<?xml version=\"1.0\"?>\n<!-- a -->", "2:6=a;"},
    {"@echo off\r\nrem a", "2:5=a;"},
    {"@ECHO OFF\n:: a", "2:4=a;"},
    // blanks, ends of lines
    {"  \t # a\r\n\r\n# b\r\n", "1:7=a;3:3=b;"},
    {"# a\n\n\n# b", "1:3=a;4:3=b;"},
    {"# äöü a", "1:3=äöü a;"},
    // the first code ends it
    {"x\n# a", ""},
    {"# a\nx\n# b", "1:3=a;"},
    {"# a\n  x # b\n# c", "1:3=a;"},
    {"/* a */ x /* b */\n# c", "1:4=a;"},
    {"/* a */ /* b */ // c\n# d", "1:4=a;1:12=b;1:20=c;2:3=d;"},
    {"/* a\n b */ x\n# c", "1:4=a;2:2=b;"},
    {"/* a */", "1:4=a;"},
    {"/**/# a", "1:7=a;"},
    {"/*/ a */ # b", "1:3=/ a;1:12=b;"},
    {"/* a", "1:4=a;"},
    {"/*", ""},
    {"<!--", ""},
    {"\"\"\"a\n# b", ""},
    {"'''a\n# b", ""},
    {"\"use strict\";\n// a", ""},
    {"'use strict';\n// a", ""},
    {"* a", ""},
    {"*/ a", ""},
    {"/ a", ""},
    {"- a", ""},
    {": a", ""},
    {".a", ""},
    {"remark a", ""},
    {"dnlabel", ""},
    {"@remark", ""},
    {"<html>", ""},
    {"# a\n#include <b>\n# c", "1:3=a;"},
    {"#include<b>\n# c", ""},
    {"#include \"b\"\n// c", ""},
    {"#include\"b\"\n// c", ""},
    {"#include the rest\n# c", "1:2=include the rest;2:3=c;"},
    {"#include", "1:2=include;"},
    {"#define A\n// c", ""},
    {"#ifndef A\n// c", ""},
    {"#pragma once\n// c", ""},
    {"#defined by\n# c", "1:2=defined by;2:3=c;"},
};

class CommentLines : public testing::TestWithParam<Sample> {};

TEST_P(CommentLines, AreFound)
{
    EXPECT_EQ(seen(GetParam().text), GetParam().seen);
}
INSTANTIATE_TEST_SUITE_P(Of, CommentLines, testing::ValuesIn(samples));

TEST(CommentLinesAll, AreViewsIntoTheText)
{
    for (const Sample& sample : samples) {
        const std::string text(sample.text);
        for (std::size_t end = 0; end <= text.size(); ++end) {
            const std::string part = text.substr(0, end); // on the heap, exactly as long: a sanitizer sees a step too far
            for (const CommentLine& each : comment_lines(part)) {
                ASSERT_GE(each.line.data(), part.data());
                ASSERT_LE(each.line.data() + each.line.size(), part.data() + part.size());
                ASSERT_GE(each.content.data(), each.line.data());
                ASSERT_LE(each.content.data() + each.content.size(), each.line.data() + each.line.size());
                ASSERT_FALSE(each.content.empty());
            }
        }
    }
}

TEST(CommentLinesAll, ATruncatedTextSaysThePartThatIsThere)
{
    // A prefix that ends at a line's end says what the whole says of those lines.
    for (const Sample& sample : samples) {
        for (std::size_t end = sample.text.find('\n'); end != std::string_view::npos; end = sample.text.find('\n', end + 1)) {
            EXPECT_TRUE(sample.seen.starts_with(seen(sample.text.substr(0, end + 1)))) << testing::PrintToString(sample);
        }
    }
}

TEST(CommentLinesAll, ColumnsAreCharacters)
{
    constexpr std::string_view line = "/* äö€😀x";
    EXPECT_EQ(column_of(line, line.substr(0)), 1U);
    EXPECT_EQ(column_of(line, line.substr(line.find('x'))), 8U);
    EXPECT_EQ(column_of(line, line.substr(line.size())), 9U);
}

} // namespace
} // namespace hutch::config
