using Tunic.Tor.Protocol.RelayMessages;

namespace Tunic.Tor.Protocol.Streams;

/// <summary>Some of the relay commands below 64, which all known ones are.</summary>
internal readonly struct RelayCommandSet
{
    private readonly ulong _bits;

    public RelayCommandSet(params ReadOnlySpan<RelayCommand> commands)
    {
        foreach (RelayCommand command in commands)
        {
            _bits |= 1UL << (byte)command;
        }
    }

    public bool Contains(RelayCommand command) => (byte)command < 64 && ((_bits >> (byte)command) & 1) != 0;
}
