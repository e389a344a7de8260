/* The program hutch-init as read-only data: hutch_init_begin … hutch_init_end. */
    .section .rodata.hutch_init, "a"
    .balign 16
    .globl hutch_init_begin
    .globl hutch_init_end
hutch_init_begin:
    .incbin HUTCH_INIT_PATH
hutch_init_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
