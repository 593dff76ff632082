using Tunic.Primitives.Bytes;

namespace Tunic.Tor.Protocol.Voting.Liveness;

/// <summary>The newest document of each authority: what is served and polled (docs/spec/liveness.md, "Bundle").</summary>
/// <param name="Documents">At most one per authority, ascending by authority.</param>
public sealed record LivenessBundle(IReadOnlyList<LivenessDocument> Documents)
{
    /// <summary>Most documents in a bundle.</summary>
    public const int MaxDocuments = 32;

    /// <summary>Longest bundle in bytes.</summary>
    public const int MaxLength = 2 + (MaxDocuments * (4 + LivenessDocument.MaxLength));

    /// <summary>Path of the resource; "?after=N" asks for one with another number than N.</summary>
    public const string Path = "/tor/tunic/liveness";

    /// <summary>Path to which heartbeats are posted.</summary>
    public const string HeartbeatPath = "/tor/tunic/heartbeat";

    /// <summary>How long a question is held before it is answered 304.</summary>
    public static readonly TimeSpan MaxHold = TimeSpan.FromSeconds(25);

    private const byte Version = 1;

    /// <summary>Tells bundles of one directory apart; grows with every new document: the sum of the serials.</summary>
    public ulong Number
    {
        get
        {
            ulong sum = 0;
            foreach (LivenessDocument document in Documents)
            {
                sum = unchecked(sum + document.Serial);
            }

            return sum;
        }
    }

    /// <summary>Reads a bundle; no signature is checked.</summary>
    /// <exception cref="MalformedMessageException">Bytes are missing or left over, or a document is malformed.</exception>
    public static LivenessBundle Decode(ReadOnlySpan<byte> message)
    {
        var reader = new ByteReader(message);
        byte version = reader.ReadByte();
        int count = reader.ReadByte();
        if (version != Version || count > MaxDocuments)
        {
            throw new MalformedMessageException($"liveness bundle version {version} of {count} documents");
        }

        var documents = new List<LivenessDocument>(count);
        for (int index = 0; index < count; index++)
        {
            uint length = reader.ReadUInt32();
            if (length > LivenessDocument.MaxLength)
            {
                throw new MalformedMessageException($"liveness document of {length} bytes");
            }

            documents.Add(LivenessDocument.Decode(reader.ReadBytes((int)length)));
        }

        reader.RequireEnd();
        return new LivenessBundle(documents);
    }

    /// <summary>Writes the bundle.</summary>
    public byte[] Encode()
    {
        var message = new byte[2 + Documents.Sum(document => 4 + document.Encoded.Length)];
        var writer = new ByteWriter(message);
        writer.WriteByte(Version);
        writer.WriteByte((byte)Documents.Count);
        foreach (LivenessDocument document in Documents)
        {
            writer.WriteUInt32((uint)document.Encoded.Length);
            writer.WriteBytes(document.Encoded.Span);
        }

        return message;
    }
}
