namespace Tunic.Tor.Protocol.RelayMessages;

/// <summary>What the cell formats need to know about a command.</summary>
public static class RelayCommandExtensions
{
    private const ulong StreamCommands =
        (1UL << (int)RelayCommand.Begin) | (1UL << (int)RelayCommand.Data) | (1UL << (int)RelayCommand.End)
        | (1UL << (int)RelayCommand.Connected) | (1UL << (int)RelayCommand.Resolve) | (1UL << (int)RelayCommand.Resolved)
        | (1UL << (int)RelayCommand.BeginDir) | (1UL << (int)RelayCommand.Xoff) | (1UL << (int)RelayCommand.Xon);

    // 1 to 15, 19 to 22, 32 to 44
    private const ulong KnownCommands = 0xFFFEUL | (0xFUL << 19) | (0x1FFFUL << 32);

    extension(RelayCommand command)
    {
        /// <summary>True for commands that have a name in <see cref="RelayCommand"/>.</summary>
        public bool IsKnown => IsIn(command, KnownCommands);

        /// <summary>True for commands that concern one stream. Only these carry a stream id in the v1 cell format; SENDME does not,
        /// since v1 circuits have no stream windows.</summary>
        public bool HasStreamId => IsIn(command, StreamCommands);
    }

    private static bool IsIn(RelayCommand command, ulong set) => (byte)command < 64 && ((set >> (byte)command) & 1) != 0;
}
