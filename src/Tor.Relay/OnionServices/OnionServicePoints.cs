using System.Collections.Concurrent;
using Tunic.Primitives.Bytes;
using Tunic.Primitives.Keys;
using Tunic.Tor.Network.Channels;
using Tunic.Tor.Protocol.Errors;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.RelayMessages.OnionServices;
using Tunic.Tor.Relay.Circuits;

namespace Tunic.Tor.Relay.OnionServices;

/// <summary>
/// The relay as introduction point and rendezvous point: which circuits wait for whom (rend-spec-v3, "The introduction protocol" and
/// "The rendezvous protocol"; stock hs_intropoint.c, rendmid.c, hs_circuitmap.c).
/// </summary>
/// <remarks>Thread safe. No circuit's gate is ever taken inside another's: what concerns a second circuit is done after the first one's gate was left.</remarks>
internal sealed class OnionServicePoints(Func<RelayParameters> parameters)
{
    private readonly ConcurrentDictionary<Ed25519Identity, RelayCircuit> _services = new();
    private readonly ConcurrentDictionary<RendezvousCookie, RelayCircuit> _clients = new();

    /// <summary>Services that have us as introduction point.</summary>
    internal int Services => _services.Count;

    /// <summary>Clients that wait for a service.</summary>
    internal int WaitingClients => _clients.Count;

    /// <summary>Whether a message is for introduction and rendezvous points.</summary>
    internal static bool Handles(RelayCommand command) =>
        command is RelayCommand.EstablishIntro or RelayCommand.Introduce1 or RelayCommand.EstablishRendezvous or RelayCommand.Rendezvous1;

    /// <summary>A message has come. Inside the circuit's gate.</summary>
    /// <returns>What is to be done as soon as the gate has been left.</returns>
    /// <exception cref="CircuitProtocolException">The circuit must be closed.</exception>
    internal Action? Receive(RelayCircuit circuit, RelayCommand command, ReadOnlySpan<byte> body, ReceiveBatch batch)
    {
        if (circuit.Role is not null || circuit.GoesOn)
        {
            throw Violation($"{command} on a circuit that has another role");
        }

        try
        {
            return command switch
            {
                RelayCommand.EstablishIntro => EstablishIntroduction(circuit, EstablishIntro.Decode(body)),
                RelayCommand.Introduce1 => Introduce(circuit, body, batch),
                RelayCommand.EstablishRendezvous => EstablishRendezvous(circuit, body),
                _ => Join(circuit, Rendezvous1.Decode(body), batch),
            };
        }
        catch (MalformedMessageException malformed)
        {
            throw Violation($"a {command} that cannot be read", malformed);
        }
    }

    /// <summary>The circuit has ended. Outside all gates.</summary>
    internal void Remove(RelayCircuit circuit, OnionServiceRole role)
    {
        switch (role)
        {
            case OnionServiceRole.Introduction service:
                _services.TryRemove(KeyValuePair.Create(service.Key, circuit));
                break;
            case OnionServiceRole.Waiting client:
                _clients.TryRemove(KeyValuePair.Create(client.Cookie, circuit));
                break;
            case OnionServiceRole.Joined joined:
                joined.Other.Close(circuit.EndedWith);
                break;
        }
    }

    private Action? EstablishIntroduction(RelayCircuit circuit, EstablishIntro request)
    {
        if (!request.Verify(circuit.Nonce.ToArray()))
        {
            throw Violation("an ESTABLISH_INTRO that is not signed for this circuit");
        }

        IntroductionLimits.TryFind(request.Extensions, out IntroductionLimits? wish);
        var bucket = new IntroductionBucket(wish, parameters().Introductions, circuit.MonotonicNow);
        circuit.Role = new OnionServiceRole.Introduction(request.AuthenticationKey, bucket);
        circuit.Reply(RelayCommand.IntroEstablished, new IntroEstablished(MessageExtensions.None).Encode());

        RelayCircuit? former = null;
        _services.AddOrUpdate(request.AuthenticationKey, circuit, (_, before) =>
        {
            former = before;
            return circuit;
        });
        return former is null ? null : () => former.Close(DestroyReason.Finished); // the service has lost it and comes back
    }

    private Action? Introduce(RelayCircuit circuit, ReadOnlySpan<byte> body, ReceiveBatch batch)
    {
        if (body.Length < Digest160.Length || circuit.IsFirstHop)
        {
            throw Violation("an INTRODUCE1 of a client that is no relay away, or far too short");
        }

        circuit.Role = new OnionServiceRole.Introduced();
        if (Read(body) is not { } message)
        {
            Acknowledge(circuit, IntroduceAckStatus.BadFormat);
            return null;
        }

        if (!_services.TryGetValue(message.AuthenticationKey, out RelayCircuit? service))
        {
            Acknowledge(circuit, IntroduceAckStatus.UnknownService);
            return null;
        }

        byte[] copy = body.ToArray(); // to the byte: the service's MAC covers all of it
        return () =>
        {
            bool sent = TryPass(service, copy, batch);
            circuit.TryRun(() => Acknowledge(circuit, sent ? IntroduceAckStatus.Success : IntroduceAckStatus.UnknownService));
        };
    }

    /// <summary>Null for one that is too long for some kind of circuit, which the client must not learn the service's circuit by, or cannot be read.</summary>
    private static Introduce1? Read(ReadOnlySpan<byte> body)
    {
        try
        {
            return body.Length <= Introduce1.MaxLength ? Introduce1.Decode(body) : null;
        }
        catch (MalformedMessageException)
        {
            return null;
        }
    }

    private bool TryPass(RelayCircuit service, byte[] body, ReceiveBatch batch)
    {
        bool sent = false;
        try
        {
            service.TryRun(() =>
            {
                if (service.Role is OnionServiceRole.Introduction role && role.Bucket.TryTake(parameters().Introductions, service.MonotonicNow))
                {
                    service.Reply(RelayCommand.Introduce2, body);
                    sent = true;
                }
            });
        }
        catch (CircuitProtocolException full)
        {
            service.Close(full.Reason); // its queue has no room: that is not the client's fault
            return false;
        }

        batch.Add(service.Channel);
        return sent;
    }

    private static void Acknowledge(RelayCircuit circuit, IntroduceAckStatus status) =>
        circuit.Reply(RelayCommand.IntroduceAck, new IntroduceAck(status, MessageExtensions.None).Encode());

    private Action? EstablishRendezvous(RelayCircuit circuit, ReadOnlySpan<byte> body)
    {
        if (circuit.IsFirstHop && parameters().Dos.RefusesSingleHopRendezvous)
        {
            return null; // no word: whoever tries it has to wait for his timeout
        }

        RendezvousCookie cookie = Tor.Protocol.RelayMessages.OnionServices.EstablishRendezvous.Decode(body).Cookie;
        circuit.Role = new OnionServiceRole.Waiting(cookie); // first, so that its end takes the cookie away
        if (!_clients.TryAdd(cookie, circuit))
        {
            throw Violation("an ESTABLISH_RENDEZVOUS with a cookie that is in use");
        }

        circuit.Reply(RelayCommand.RendezvousEstablished, RendezvousEstablished.Encode());
        return null;
    }

    private Action? Join(RelayCircuit service, Rendezvous1 request, ReceiveBatch batch)
    {
        if (!_clients.TryRemove(request.Cookie, out RelayCircuit? client))
        {
            throw Violation("a RENDEZVOUS1 with a cookie that nobody waits for");
        }

        // From here on the service's circuit takes the client's with it when it ends, whether or not the client learns of the rendezvous.
        service.Role = new OnionServiceRole.Joined(client);
        return () =>
        {
            bool joined = false;
            client.TryRun(() =>
            {
                client.Reply(RelayCommand.Rendezvous2, request.Handshake.Span);
                client.Role = new OnionServiceRole.Joined(service);
                joined = true;
            });
            batch.Add(client.Channel);
            if (!joined)
            {
                service.Close(DestroyReason.Protocol); // the client ended at this moment
            }
        };
    }

    private static CircuitProtocolException Violation(string message, Exception? inner = null) =>
        new(DestroyReason.Protocol, message, inner);
}
