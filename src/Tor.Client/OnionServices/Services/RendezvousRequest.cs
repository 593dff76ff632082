using Tunic.Tor.Protocol.Handshakes;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.ProofOfWork;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>What one visitor asks in one introduction: to be met. The handshake and the cookie belong to each other and to nobody else.</summary>
/// <param name="Plaintext">Where to meet.</param>
/// <param name="Handshake">With which the visitor is answered, once.</param>
/// <param name="BlindedKey">Of the descriptor through which the visitor came.</param>
/// <param name="Solution">Its proof of work; null without one.</param>
/// <param name="WantsCongestionControl">It asks for it.</param>
internal sealed record RendezvousRequest(
    IntroducePlaintext Plaintext, HsNtorServiceHandshake Handshake, BlindedKey BlindedKey, ProofOfWorkSolution? Solution, bool WantsCongestionControl);
