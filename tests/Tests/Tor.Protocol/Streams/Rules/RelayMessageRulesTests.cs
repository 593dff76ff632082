using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Streams.Rules;

namespace Tunic.Tests.Tor.Protocol.Streams.Rules;

public sealed class RelayMessageRulesTests
{
    // Per command: origin while extending, origin open, relay while extending, relay open. An upper-case letter needs what stands last.
    // Origin: '.' closes the circuit, 'c' is accepted without a stream id, 's' with one, 'b' both; what does not fit closes the circuit.
    // Relay: 's' is accepted with a stream id, 'b' always, 'c' without one; what does not fit is dropped. 'x' closes the circuit, and is dropped
    // with a stream id; 'C' closes where it does not fit.
    private static readonly Dictionary<RelayCommand, (string Allowed, ExpectedMessages Needs)> Table = new()
    {
        [RelayCommand.Begin] = (".Sss", ExpectedMessages.IncomingStreams),
        [RelayCommand.Data] = (".sbb", ExpectedMessages.None),
        [RelayCommand.End] = (".sss", ExpectedMessages.None),
        [RelayCommand.Connected] = (".sss", ExpectedMessages.None),
        [RelayCommand.Sendme] = (".bbb", ExpectedMessages.None),
        [RelayCommand.Extend] = ("..xx", ExpectedMessages.None),
        [RelayCommand.Extended] = ("..--", ExpectedMessages.None),
        [RelayCommand.Truncate] = ("..bb", ExpectedMessages.None),
        [RelayCommand.Truncated] = ("cc--", ExpectedMessages.None),
        [RelayCommand.Drop] = ("CCbb", ExpectedMessages.Padding),
        [RelayCommand.Resolve] = ("..ss", ExpectedMessages.None),
        [RelayCommand.Resolved] = (".sss", ExpectedMessages.None),
        [RelayCommand.BeginDir] = ("..ss", ExpectedMessages.None),
        [RelayCommand.Extend2] = ("..xc", ExpectedMessages.None),
        [RelayCommand.Extended2] = ("c.--", ExpectedMessages.None),
        [RelayCommand.ConfluxLink] = ("..CC", ExpectedMessages.Conflux),
        [RelayCommand.ConfluxLinked] = (".C--", ExpectedMessages.Conflux),
        [RelayCommand.ConfluxLinkedAck] = ("..CC", ExpectedMessages.Conflux),
        [RelayCommand.ConfluxSwitch] = (".CCC", ExpectedMessages.Conflux),
        [RelayCommand.EstablishIntro] = ("..bb", ExpectedMessages.None),
        [RelayCommand.EstablishRendezvous] = ("..bb", ExpectedMessages.None),
        [RelayCommand.Introduce1] = ("..bb", ExpectedMessages.None),
        [RelayCommand.Introduce2] = (".C--", ExpectedMessages.Introductions),
        [RelayCommand.Rendezvous1] = ("..bb", ExpectedMessages.None),
        [RelayCommand.Rendezvous2] = (".C--", ExpectedMessages.Rendezvous),
        [RelayCommand.IntroEstablished] = (".C--", ExpectedMessages.Introductions),
        [RelayCommand.RendezvousEstablished] = (".C--", ExpectedMessages.Rendezvous),
        [RelayCommand.IntroduceAck] = (".C--", ExpectedMessages.IntroduceAck),
        [RelayCommand.PaddingNegotiate] = ("..bb", ExpectedMessages.None),
        [RelayCommand.PaddingNegotiated] = ("CC--", ExpectedMessages.Padding),
        [RelayCommand.Xoff] = (".sss", ExpectedMessages.None),
        [RelayCommand.Xon] = (".sss", ExpectedMessages.None),
    };

    [Fact]
    public void The_table_covers_every_command() =>
        Assert.Equal(Enum.GetValues<RelayCommand>().Order(), Table.Keys.Order());

    [Fact]
    public void Every_command_in_every_state_has_the_decided_answer()
    {
        for (int value = 0; value <= byte.MaxValue; value++)
        {
            var command = (RelayCommand)value;
            foreach (CircuitRole role in Enum.GetValues<CircuitRole>())
            {
                foreach (CircuitPhase phase in Enum.GetValues<CircuitPhase>())
                {
                    for (int expected = 0; expected < 64; expected++)
                    {
                        AssertVerdicts(command, role, phase, (ExpectedMessages)expected);
                    }
                }
            }
        }
    }

    [Fact]
    public void Nothing_is_accepted_from_the_wrong_direction()
    {
        for (int value = 0; value <= byte.MaxValue; value++)
        {
            foreach (CircuitPhase phase in Enum.GetValues<CircuitPhase>())
            {
                var origin = new RelayMessageContext(CircuitRole.Origin, phase, RelayDirection.Forward, (ExpectedMessages)63);
                var relay = new RelayMessageContext(CircuitRole.Relay, phase, RelayDirection.Backward, (ExpectedMessages)63);
                Assert.Equal(RelayMessageVerdict.CloseCircuit, RelayMessageRules.Judge(origin, (RelayCommand)value, 0));
                Assert.Equal(RelayMessageVerdict.CloseCircuit, RelayMessageRules.Judge(origin, (RelayCommand)value, 1));
                Assert.Equal(RelayMessageVerdict.CloseCircuit, RelayMessageRules.Judge(relay, (RelayCommand)value, 0));
                Assert.Equal(RelayMessageVerdict.CloseCircuit, RelayMessageRules.Judge(relay, (RelayCommand)value, 1));
            }
        }
    }

    private static void AssertVerdicts(RelayCommand command, CircuitRole role, CircuitPhase phase, ExpectedMessages expected)
    {
        RelayDirection direction = role == CircuitRole.Origin ? RelayDirection.Backward : RelayDirection.Forward;
        var context = new RelayMessageContext(role, phase, direction, expected);

        Assert.Equal(Decided(command, context, hasStream: false), RelayMessageRules.Judge(context, command, 0));
        Assert.Equal(Decided(command, context, hasStream: true), RelayMessageRules.Judge(context, command, 1));
        Assert.Equal(Decided(command, context, hasStream: true), RelayMessageRules.Judge(context, command, ushort.MaxValue));
    }

    private static RelayMessageVerdict Decided(RelayCommand command, RelayMessageContext context, bool hasStream)
    {
        if (!Table.TryGetValue(command, out (string Allowed, ExpectedMessages Needs) row))
        {
            return context.Role == CircuitRole.Relay ? RelayMessageVerdict.Ignore : RelayMessageVerdict.CloseCircuit;
        }

        bool isRelay = context.Role == CircuitRole.Relay;
        char column = row.Allowed[(isRelay ? 2 : 0) + (context.Phase == CircuitPhase.Open ? 1 : 0)];
        bool expected = char.IsLower(column) || (context.Expected & row.Needs) != 0;
        bool fits = char.ToLowerInvariant(column) is 'b' || char.ToLowerInvariant(column) == (hasStream ? 's' : 'c');
        if (expected && fits)
        {
            return RelayMessageVerdict.Accept;
        }

        bool closes = !isRelay || column == 'C' || (column == 'x' && !hasStream);
        return closes ? RelayMessageVerdict.CloseCircuit : RelayMessageVerdict.Ignore;
    }
}
