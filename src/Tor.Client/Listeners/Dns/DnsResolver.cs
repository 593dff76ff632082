using System.Net;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Protocol.Dns;
using Tunic.Tor.Protocol.Documents.Policies;
using Tunic.Tor.Protocol.RelayMessages;
using Tunic.Tor.Protocol.Socks;

namespace Tunic.Tor.Client.Listeners.Dns;

/// <summary>Answers DNS messages with what exits say (stock's dnsserv.c).</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class DnsResolver(StreamGate gate, DnsListenerOptions options)
{
    private const uint MinTimeToLive = 60; // as stock
    private const uint MaxTimeToLive = 24 * 60 * 60;

    private int _lookups;

    /// <summary>Answers one message.</summary>
    /// <param name="message">As received.</param>
    /// <param name="listener">The port.</param>
    /// <param name="client">Who asks.</param>
    /// <param name="limit">Most bytes of the response; null for as many as the asker takes in a datagram.</param>
    /// <param name="cancel">Ends the lookup.</param>
    /// <returns>The response; null when there is none.</returns>
    internal async Task<byte[]?> AnswerAsync(
        ReadOnlyMemory<byte> message, IPEndPoint listener, IPAddress client, int? limit, CancellationToken cancel)
    {
        DnsQueryOutcome outcome = DnsQuery.TryDecode(message.Span, out DnsQuery? query);
        if (query is null)
        {
            return null;
        }

        DnsResponse response = outcome == DnsQueryOutcome.Malformed
            ? new DnsResponse(query, DnsResponseCode.FormatError)
            : await AnswerAsync(query, listener, client, cancel);
        return response.Encode(limit ?? query.ResponseLengthLimit);
    }

    private async Task<DnsResponse> AnswerAsync(DnsQuery query, IPEndPoint listener, IPAddress client, CancellationToken cancel)
    {
        if (!gate.Accepts(client))
        {
            return new DnsResponse(query, DnsResponseCode.Refused);
        }

        if (query.OperationCode == 0 && query.Questions.Count == 0)
        {
            return new DnsResponse(query, DnsResponseCode.NoError); // as stock
        }

        if (query.OperationCode != 0 || query.Questions.FirstOrDefault(question => question.IsSupported) is not { } question)
        {
            return new DnsResponse(query, DnsResponseCode.NotImplemented);
        }

        if (Judge(question, out TargetAddress? target) is { } code)
        {
            return new DnsResponse(query, code);
        }

        if (question.Type != DnsType.Ptr && target!.Address is { } known)
        {
            return Select(query, question, new Resolved([ResolvedAnswer.From(known, MinTimeToLive)]));
        }

        try
        {
            if (Interlocked.Increment(ref _lookups) > options.MaxLookups)
            {
                return new DnsResponse(query, DnsResponseCode.ServerFailure);
            }

            IsolationKey isolation = gate.CreateKey(listener, client, "dns", "", target!);
            (Resolved? resolved, _) = await gate.ResolveAsync(target!, isolation, cancel);
            return resolved is null ? new DnsResponse(query, DnsResponseCode.ServerFailure) : Select(query, question, resolved);
        }
        finally
        {
            Interlocked.Decrement(ref _lookups);
        }
    }

    /// <summary>What can be said without asking anybody; null when an exit must be asked about the target.</summary>
    private DnsResponseCode? Judge(DnsQuestion question, out TargetAddress? target)
    {
        target = null;
        if (question.Type == DnsType.Ptr)
        {
            if (!question.Name.TryGetReverseAddress(out IPAddress? address)
                || (options.RejectInternalAddresses && InternalAddress.Contains(address)))
            {
                return DnsResponseCode.NameError;
            }

            target = TargetAddress.FromAddress(address, 0);
            return null;
        }

        if (!question.Name.TryGetHost(out string host) || !TargetAddress.TryParse(host, 0, out target))
        {
            return DnsResponseCode.ServerFailure; // as stock for names that no exit would take
        }

        return target.IsOnion ? DnsResponseCode.NameError : null;
    }

    private static DnsResponse Select(DnsQuery query, DnsQuestion question, Resolved resolved)
    {
        if (resolved.Error is { } error)
        {
            return new DnsResponse(
                query, error == ResolvedAnswerType.Error ? DnsResponseCode.NameError : DnsResponseCode.ServerFailure);
        }

        var answers = new List<DnsAnswer>();
        foreach (ResolvedAnswer answer in resolved.Answers)
        {
            uint timeToLive = Math.Clamp(answer.TimeToLive, MinTimeToLive, MaxTimeToLive);
            DnsAnswer? record = answer switch
            {
                { Address: { } address } => DnsAnswer.From(address, timeToLive),
                { HostName: { } host } when DnsName.TryCreate(host, out DnsName? name) => DnsAnswer.From(name, timeToLive),
                _ => null,
            };
            if (record?.Type == question.Type)
            {
                answers.Add(record);
            }
        }

        return new DnsResponse(query, DnsResponseCode.NoError) { Question = question, Answers = answers };
    }
}
