/* exit_with N: exits with that code. Must become: 0 pass, 77 skip, 99 error, anything else fail. */
#include "program.h"

int main(int argc, char** argv)
{
    return (int)number(argc, argv, 1, -1, "exit_with CODE");
}
