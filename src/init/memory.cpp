// The four functions that a compiler may call although nobody wrote the call (copies and clears of structs).
// Responsible for nothing else; built without the optimisation that would turn these loops into calls of themselves.
#include <cstddef>

extern "C" {

void* memcpy(void* to, const void* from, std::size_t size)
{
    auto* target = static_cast<unsigned char*>(to);
    const auto* source = static_cast<const unsigned char*>(from);
    while (size-- > 0) {
        *target++ = *source++;
    }
    return to;
}

void* memmove(void* to, const void* from, std::size_t size)
{
    auto* target = static_cast<unsigned char*>(to);
    const auto* source = static_cast<const unsigned char*>(from);
    if (target <= source) {
        return memcpy(to, from, size);
    }
    while (size-- > 0) {
        target[size] = source[size];
    }
    return to;
}

void* memset(void* to, int value, std::size_t size)
{
    auto* target = static_cast<unsigned char*>(to);
    while (size-- > 0) {
        *target++ = static_cast<unsigned char>(value);
    }
    return to;
}

int memcmp(const void* left, const void* right, std::size_t size)
{
    const auto* a = static_cast<const unsigned char*>(left);
    const auto* b = static_cast<const unsigned char*>(right);
    for (; size > 0; --size, ++a, ++b) {
        if (*a != *b) {
            return *a - *b;
        }
    }
    return 0;
}

} // extern "C"
