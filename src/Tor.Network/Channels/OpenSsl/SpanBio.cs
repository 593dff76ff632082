using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Tunic.Tor.Network.Channels.OpenSsl;

/// <summary>What a <see cref="SpanBio"/> reads from and writes to during one call into OpenSSL.</summary>
internal unsafe struct SpanBioState
{
    /// <summary>Ciphertext not read yet.</summary>
    public byte* Input;

    /// <summary>Bytes left at <see cref="Input"/>.</summary>
    public int InputLength;

    /// <summary>Where ciphertext goes.</summary>
    public byte* Output;

    /// <summary>Room at <see cref="Output"/>.</summary>
    public int OutputRoom;

    /// <summary>Bytes written to <see cref="Output"/>.</summary>
    public int OutputLength;
}

/// <summary>
/// An OpenSSL BIO over the caller's own buffers. Unlike the library's memory BIO it keeps no buffer of its own,
/// so an idle connection costs nothing and no byte is copied twice.
/// </summary>
internal static unsafe class SpanBio
{
    private static readonly IntPtr Method = CreateMethod();

    /// <summary>A new BIO over <paramref name="state"/>, which must outlive it.</summary>
    internal static IntPtr Create(SpanBioState* state)
    {
        IntPtr bio = LibSsl.BIO_new(Method);
        if (bio == 0)
        {
            throw new InvalidOperationException($"OpenSSL gave no BIO: {LibSsl.TakeErrorText()}");
        }

        LibSsl.BIO_set_data(bio, (IntPtr)state);
        LibSsl.BIO_set_init(bio, 1);
        return bio;
    }

    private static IntPtr CreateMethod()
    {
        ReadOnlySpan<byte> name = "span\0"u8;
        fixed (byte* pointer = name)
        {
            // OpenSSL keeps its own copy of the name
            IntPtr method = LibSsl.BIO_meth_new(LibSsl.BIO_get_new_index() | LibSsl.BioTypeSourceSink, pointer);
            _ = LibSsl.BIO_meth_set_read(method, &Read);
            _ = LibSsl.BIO_meth_set_write(method, &Write);
            _ = LibSsl.BIO_meth_set_ctrl(method, &Control);
            return method;
        }
    }

    [UnmanagedCallersOnly]
    private static int Read(IntPtr bio, byte* buffer, int length)
    {
        var state = (SpanBioState*)LibSsl.BIO_get_data(bio);
        LibSsl.BIO_clear_flags(bio, LibSsl.BioFlagRead | LibSsl.BioFlagWrite | LibSsl.BioFlagShouldRetry);
        if (state->InputLength == 0)
        {
            LibSsl.BIO_set_flags(bio, LibSsl.BioFlagRead | LibSsl.BioFlagShouldRetry);
            return -1;
        }

        int count = Math.Min(length, state->InputLength);
        Unsafe.CopyBlockUnaligned(buffer, state->Input, (uint)count);
        state->Input += count;
        state->InputLength -= count;
        return count;
    }

    [UnmanagedCallersOnly]
    private static int Write(IntPtr bio, byte* buffer, int length)
    {
        var state = (SpanBioState*)LibSsl.BIO_get_data(bio);
        LibSsl.BIO_clear_flags(bio, LibSsl.BioFlagRead | LibSsl.BioFlagWrite | LibSsl.BioFlagShouldRetry);
        if (state->OutputRoom - state->OutputLength < length)
        {
            LibSsl.BIO_set_flags(bio, LibSsl.BioFlagWrite | LibSsl.BioFlagShouldRetry);
            return -1;
        }

        Unsafe.CopyBlockUnaligned(state->Output + state->OutputLength, buffer, (uint)length);
        state->OutputLength += length;
        return length;
    }

    [UnmanagedCallersOnly]
    private static nint Control(IntPtr bio, int command, nint number, IntPtr pointer) =>
        command == LibSsl.BioControlFlush ? 1 : 0;
}
