using System.Security.Cryptography;
using Tunic.Primitives.Cryptography;

namespace Tunic.Tor.Protocol.Circuits;

/// <summary>The running digest of tor1: SHA-1, or SHA3-256 between an onion service and its client.</summary>
internal abstract class Tor1Digest : IDisposable
{
    public abstract void Update(ReadOnlySpan<byte> bytes);

    /// <summary>Writes the first <see cref="Tor1Direction.TagLength"/> bytes of the digest of all so far; the state goes on.</summary>
    public abstract void GetDigest(Span<byte> digest);

    /// <summary>Takes over the state of another digest of the same kind.</summary>
    public abstract void CopyFrom(Tor1Digest other);

    public abstract void Dispose();

    /// <summary>The digest of hops that are relays.</summary>
    internal sealed class Sha1Kind : Tor1Digest
    {
        private readonly RunningSha1 _state = new();

        public override void Update(ReadOnlySpan<byte> bytes) => _state.Update(bytes);

        public override void GetDigest(Span<byte> digest) => _state.GetDigest(digest);

        public override void CopyFrom(Tor1Digest other) => _state.CopyFrom(((Sha1Kind)other)._state);

        public override void Dispose() => _state.Dispose();
    }

    /// <summary>The digest of the hop that is an onion service, or its client.</summary>
    internal sealed class Sha3Kind : Tor1Digest
    {
        private readonly RunningSha3_256 _state = new();

        public override void Update(ReadOnlySpan<byte> bytes) => _state.Update(bytes);

        public override void GetDigest(Span<byte> digest)
        {
            Span<byte> whole = stackalloc byte[SHA3_256.HashSizeInBytes];
            _state.GetDigest(whole);
            whole[..digest.Length].CopyTo(digest);
        }

        public override void CopyFrom(Tor1Digest other) => _state.CopyFrom(((Sha3Kind)other)._state);

        public override void Dispose() => _state.Dispose();
    }
}
