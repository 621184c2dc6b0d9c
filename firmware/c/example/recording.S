/* The recording, as it is in its file. */
    .section .rodata.recording, "a"
    .balign 4
    .global recording_start, recording_end
recording_start:
    .incbin "recording.bin"
recording_end:
    .balign 4
