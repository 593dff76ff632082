using System.Net;
using System.Net.Sockets;
using Tunic.Primitives.Time;
using Tunic.Tor.Protocol.Dns;

namespace Tunic.Tor.Relay.Exits.Dns;

/// <summary>
/// Looks names up itself: in the hosts file, and at the servers that resolv.conf names. It blocks no thread and has no limit of its own:
/// a lookup ends when who asked gives up, and the exit limits how many may ask.
/// </summary>
/// <remarks>Thread safe. A lookup holds two sockets.</remarks>
/// <param name="options">Whom to ask, and how.</param>
/// <param name="random">For ids and the case of letters.</param>
/// <param name="time">The clock.</param>
public sealed class DnsResolver(DnsOptions options, RandomSource random, TimeProvider time) : IResolver
{
    private readonly WatchedFile<ResolvConf> _conf = new(options.ResolvConfFile, ResolvConf.Parse, time);
    private readonly WatchedFile<HostsTable> _hosts = new(options.HostsFile, HostsTable.Parse, time);
    private int _firstServer; // moves on when one does not answer, so that not every lookup waits for it

    /// <inheritdoc/>
    public Task<NameAnswer> ResolveAsync(string name, CancellationToken cancel)
    {
        if (_hosts.Content.Find(name) is { } known)
        {
            return Task.FromResult(known);
        }

        ResolvConf conf = _conf.Content;
        IReadOnlyList<string> candidates = options.UsesSearchDomains ? conf.Candidates(name) : [name.TrimEnd('.')];
        return LimitTimeAsync(limit => ResolveAsync(conf, candidates, limit), cancel);
    }

    /// <inheritdoc/>
    public Task<NameAnswer> ResolveNameAsync(IPAddress address, CancellationToken cancel)
    {
        var question = new DnsQuestion(DnsName.FromReverseAddress(address), DnsType.Ptr, DnsQuestion.Internet);
        return LimitTimeAsync(limit => AskAsync(_conf.Content, question, limit), cancel);
    }

    private async Task<NameAnswer> LimitTimeAsync(Func<CancellationToken, Task<NameAnswer>> lookUp, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        try
        {
            return await lookUp(either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return NameAnswer.NoAnswer;
        }
    }

    /// <summary>Both families at once, for one name after the other until one is found.</summary>
    private async Task<NameAnswer> ResolveAsync(ResolvConf conf, IReadOnlyList<string> names, CancellationToken cancel)
    {
        NameAnswer answer = NameAnswer.NotFound;
        foreach (string candidate in names)
        {
            if (!DnsName.TryCreate(candidate, out DnsName? name))
            {
                continue; // longer than a name may be
            }

            Task<NameAnswer> ipv4 = AskAsync(conf, new DnsQuestion(name, DnsType.A, DnsQuestion.Internet), cancel);
            Task<NameAnswer> ipv6 = AskAsync(conf, new DnsQuestion(name, DnsType.Aaaa, DnsQuestion.Internet), cancel);
            answer = Join(await ipv4, await ipv6);
            if (answer.IsFound || answer.IsTransientFailure)
            {
                break;
            }
        }

        return answer;
    }

    private static NameAnswer Join(NameAnswer ipv4, NameAnswer ipv6)
    {
        if (ipv4.IsFound && ipv6.IsFound)
        {
            TimeSpan shorter = ipv4.TimeToLive < ipv6.TimeToLive ? ipv4.TimeToLive : ipv6.TimeToLive;
            return ipv4 with { IPv6 = ipv6.IPv6, TimeToLive = shorter };
        }

        return ipv6.IsFound || (!ipv4.IsFound && ipv6.IsTransientFailure) ? ipv6 : ipv4;
    }

    /// <summary>One question to one server after the other until one answers it.</summary>
    private async Task<NameAnswer> AskAsync(ResolvConf conf, DnsQuestion question, CancellationToken cancel)
    {
        bool isAsked = false;
        int first = Volatile.Read(ref _firstServer);
        for (int attempt = 0; attempt < conf.Attempts * conf.Servers.Count; attempt++)
        {
            int server = (first + attempt) % conf.Servers.Count;
            try
            {
                if (await AskAsync(conf.Servers[server], conf.Timeout, question, cancel) is { } answer)
                {
                    return answer;
                }

                isAsked = true;
            }
            catch (SocketException failure)
            {
                isAsked |= failure.SocketErrorCode is not (SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable);
            }

            Interlocked.CompareExchange(ref _firstServer, (first + attempt + 1) % conf.Servers.Count, (first + attempt) % conf.Servers.Count);
        }

        return isAsked ? NameAnswer.NoAnswer : NameAnswer.NotAsked;
    }

    /// <returns>Null when this server has no answer: another one may have.</returns>
    private async Task<NameAnswer?> AskAsync(IPEndPoint server, TimeSpan timeout, DnsQuestion question, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, timer.Token);
        var query = new DnsQuery
        {
            Id = (ushort)random.NextInt32(ushort.MaxValue + 1),
            OperationCode = 0,
            IsRecursionDesired = true,
            Questions = [options.RandomizesCase ? question with { Name = question.Name.RandomizeCase(random) } : question],
        };
        try
        {
            DnsReply? reply = await DnsExchange.AskAsync(server, query, options.RandomizesCase, either.Token);
            return reply?.Code switch
            {
                DnsResponseCode.NoError => Read(reply),
                DnsResponseCode.NameError => NameAnswer.NotFound,
                _ => null,
            };
        }
        catch (IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    private static NameAnswer Read(DnsReply reply)
    {
        if (reply.FindRecord() is not { } record)
        {
            return NameAnswer.NotFound;
        }

        var found = new NameAnswer { TimeToLive = TimeSpan.FromSeconds(record.TimeToLive) };
        return record.Type switch
        {
            DnsType.A => found with { IPv4 = new IPAddress(record.Value.Span) },
            DnsType.Aaaa => found with { IPv6 = new IPAddress(record.Value.Span) },
            _ => ReadHost(record) is { } host ? found with { HostName = host } : NameAnswer.NotFound,
        };
    }

    /// <summary>The name of an address; null when it is none that a client could use.</summary>
    private static string? ReadHost(DnsRecord record)
    {
        int offset = 0;
        return DnsName.TryRead(record.Value.Span, ref offset, out DnsName? name) && name.TryGetHost(out string host)
            && host.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.' or '_' or '/') && !IPAddress.TryParse(host, out _)
            ? host
            : null;
    }
}
