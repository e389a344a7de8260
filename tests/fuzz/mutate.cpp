// A fuzzer without a compiler's help, for LLVMFuzzerTestOneInput: the corpus as it is, then mutations of it for so many seconds. A finding is
// a crash; the input that did it is in the file named by the first argument, written before it is tried.
//
// usage: FUZZER LAST-INPUT WORDS-FILE SECONDS SEED CORPUS-DIRECTORY...
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t longest = std::size_t{1} << 16;

using Words = std::vector<std::string>;

/// "\n", "\r", "\t" and "\xHH" are what they are in C; any other character behind a backslash is itself.
std::string unescaped(const std::string& line)
{
    std::string word;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] != '\\' || i + 1 == line.size()) {
            word += line[i];
            continue;
        }
        const char kind = line[++i];
        if (kind == 'x') {
            word += static_cast<char>(std::stoul(line.substr(i + 1, 2), nullptr, 16));
            i += 2;
        } else {
            word += kind == 'n' ? '\n' : kind == 'r' ? '\r' : kind == 't' ? '\t' : kind;
        }
    }
    return word;
}

/// What texts of the target's kind are made of, and what breaks their parsers: one a line.
Words read_words(const char* file)
{
    std::ifstream in(file, std::ios::binary);
    Words words;
    for (std::string line; std::getline(in, line);) {
        words.push_back(unescaped(line));
    }
    return words;
}

class Mutations {
  public:
    Mutations(std::vector<std::string> corpus, Words words, unsigned seed)
        : corpus_(std::move(corpus)), words_(std::move(words)), random_(seed)
    {
    }

    std::string next()
    {
        std::string text = any();
        for (std::size_t count = 1 + below(8); count > 0; --count) {
            mutate(text);
        }
        text.resize(std::min(text.size(), longest));
        return text;
    }

  private:
    std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }
    const std::string& any() { return corpus_[below(corpus_.size())]; }

    void mutate(std::string& text)
    {
        const std::size_t at = below(text.size() + 1);
        const std::size_t length = std::min(below(16) + 1, text.size() - at);
        switch (below(7)) {
        case 0:
            text.insert(at, words_[below(words_.size())]);
            break;
        case 1:
            text.erase(at, length);
            break;
        case 2:
            text.insert(at, text.substr(at, length));
            break;
        case 3:
            text.insert(at, 1, static_cast<char>(below(256)));
            break;
        case 4:
            if (at < text.size()) {
                text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
            }
            break;
        case 5: {
            const std::string& other = any();
            const std::size_t from = below(other.size() + 1);
            text = text.substr(0, at) + other.substr(from);
            break;
        }
        default:
            text.replace(at, length, words_[below(words_.size())]);
        }
    }

    std::vector<std::string> corpus_;
    Words words_;
    std::mt19937 random_;
};

std::vector<std::string> read_corpus(int count, char** directories)
{
    std::vector<std::filesystem::path> files;
    for (int i = 0; i < count; ++i) {
        for (const auto& entry : std::filesystem::directory_iterator(directories[i])) {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    std::vector<std::string> corpus;
    for (const auto& file : files) {
        std::ifstream in(file, std::ios::binary);
        corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    }
    return corpus;
}

void run(int last, const std::string& text)
{
    if (last >= 0 && (ftruncate(last, 0) != 0 || pwrite(last, text.data(), text.size(), 0) < 0)) {
        std::perror("last input");
    }
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 6) {
        std::fprintf(stderr, "usage: %s LAST-INPUT WORDS-FILE SECONDS SEED CORPUS-DIRECTORY...\n", argv[0]);
        return 2;
    }
    const int last = open(argv[1], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    Words words = read_words(argv[2]);
    const std::vector<std::string> corpus = read_corpus(argc - 5, argv + 5);
    if (corpus.empty() || words.empty()) {
        std::fprintf(stderr, "%s\n", words.empty() ? "no words" : "the corpus is empty");
        return 2;
    }
    for (const std::string& text : corpus) {
        run(last, text);
    }
    Mutations mutations(corpus, std::move(words), static_cast<unsigned>(std::stoul(argv[4])));
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::stoi(argv[3]));
    std::uint64_t count = 0;
    while (std::chrono::steady_clock::now() < end) {
        run(last, mutations.next());
        ++count;
    }
    std::printf("%zu inputs of the corpus, %llu mutations, no finding\n", corpus.size(),
                static_cast<unsigned long long>(count));
    return 0;
}
