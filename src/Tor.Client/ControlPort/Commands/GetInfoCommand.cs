using Tunic.Tor.Client.ControlPort.Information;
using Tunic.Tor.Protocol.Control.Arguments;
using Tunic.Tor.Protocol.Control.Replies;

namespace Tunic.Tor.Client.ControlPort.Commands;

/// <summary>GETINFO: answers all keys or, when one is unknown, names those that are.</summary>
internal sealed class GetInfoCommand(InformationTable table) : ControlCommandHandler("GETINFO", ControlSyntax.Words)
{
    internal override async Task<ControlCommandResult> RunAsync(ControlSession session, ControlArguments arguments, CancellationToken cancel)
    {
        var answers = new ControlReply();
        var unknown = new ControlReply();
        foreach (string key in arguments.Words)
        {
            InformationAnswer answer = await table.AnswerAsync(session, key, cancel);
            switch (answer)
            {
                case { Value: { } value }:
                    answers.AddValue(250, key, value);
                    break;
                case { Failure: { } failure }:
                    return ControlCommandResult.Of(551, failure);
                default:
                    unknown.Add(552, answer.Unknown ?? $"Unrecognized key \"{key}\"");
                    break;
            }
        }

        return new ControlCommandResult(unknown.Count > 0 ? unknown : answers.Add(250, "OK"));
    }
}
