using Tunic.Primitives.Errors;
using Tunic.Primitives.Overlay;
using Tunic.Tor.Client;
using Tunic.Tor.Client.Http;
using Tunic.Tor.Client.OnionServices.Visits;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;

namespace Tunic.Node.Publish;

/// <summary>Visits a site as anybody else does: by the descriptor that a directory gives, through circuits that nothing else uses.</summary>
internal sealed class ReachabilityCheck(TorClient client, SiteSource source, OnionAddress address, ClientAuthorizationKey? key)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    /// <returns>Null when it was reached, or why it was not.</returns>
    internal async Task<string?> RunAsync(CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(_limit);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        client.ForgetOnionService(address);
        if (key is not null)
        {
            byte[] secret = key.ExportPrivateKey();
            client.OnionAuthorizations.Set(address, new ClientAuthorization(new ClientAuthorizationKey(secret)));
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(secret);
        }

        try
        {
            return await VisitAsync(new IsolationKey($"publish;{Guid.NewGuid():N}"), either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"no answer within {_limit.TotalSeconds:0} s";
        }
        catch (Exception failure) when (failure is TunicException or HttpRequestException or IOException)
        {
            return (failure.InnerException ?? failure).Message;
        }
        finally
        {
            if (key is not null)
            {
                client.OnionAuthorizations.Remove(address, out _);
            }
        }
    }

    private async Task<string?> VisitAsync(IsolationKey isolation, CancellationToken cancel)
    {
        if (!source.IsHttp)
        {
            await using Stream stream = await client.ConnectAsync(new HostAndPort(address.ToString(), PublishedSite.Port), isolation, cancel);
            return null;
        }

        using var http = new HttpClient(new TorHttpMessageHandler(client, new TorHttpOptions { Isolation = isolation }));
        using HttpResponseMessage answer = await http.GetAsync(new Uri($"http://{address}/"), HttpCompletionOption.ResponseHeadersRead, cancel);
        bool isGood = (int)answer.StatusCode < 500 && (answer.IsSuccessStatusCode || source.Folder is not { HasIndex: true });
        return isGood ? null : $"the page was answered with {(int)answer.StatusCode} {answer.ReasonPhrase}";
    }
}
