using Microsoft.Extensions.Logging;
using Tunic.Primitives.Errors;
using Tunic.Tor.Client.Circuits;
using Tunic.Tor.Network.Circuits;
using Tunic.Tor.Network.NetworkDirectory;
using Tunic.Tor.Protocol.FlowControl.Congestion;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>Sends descriptors to directories, each through a circuit of its own (rend-spec-v3, "Uploading descriptors").</summary>
internal sealed partial class DescriptorUploader(OnionServiceEnvironment environment)
{
    private const string PublishPath = "/tor/hs/3/publish";
    private const int Success = 200;
    private const int Malformed = 400;
    private const int MaxAttempts = 3;
    private const int MaxAnswerLength = 64 * 1024;

    private static readonly TimeSpan _timeLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _firstPause = TimeSpan.FromSeconds(2);

    /// <summary>Sends a descriptor to a directory, again when it cannot be reached.</summary>
    /// <returns><see cref="DescriptorUploadStep.Uploaded"/>, or how it failed.</returns>
    internal async Task<DescriptorUploadStep> UploadAsync(Relay directory, ReadOnlyMemory<byte> text, CancellationToken cancel)
    {
        TimeSpan pause = _firstPause;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                switch (await SendAsync(directory, text, cancel))
                {
                    case Success:
                        return DescriptorUploadStep.Uploaded;
                    case Malformed:
                        return DescriptorUploadStep.Rejected;
                }
            }
            catch (Exception failure) when (failure is TunicException or IOException or OperationCanceledException && !cancel.IsCancellationRequested)
            {
                LogFailed(environment.Log, attempt, failure.Message);
            }

            if (attempt == MaxAttempts)
            {
                return DescriptorUploadStep.Failed;
            }

            await Task.Delay(pause, environment.Time, cancel);
            pause *= 2;
        }
    }

    private async Task<int> SendAsync(Relay directory, ReadOnlyMemory<byte> text, CancellationToken cancel)
    {
        using var timer = new CancellationTokenSource(_timeLimit, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        await using OriginCircuit circuit = await environment.Circuits.OpenAsync(
            OnionCircuitPurpose.ServiceDirectory,
            HopTargets.Create(directory, carriesStreams: false, CongestionControlParameters.Default),
            either.Token);
        var request = new DirectoryRequest(PublishPath) { Body = text, MaxBodyLength = MaxAnswerLength };
        DirectoryResponse response = await DirectoryHttp.SendAsync(circuit.OpenDirectory(), null, request, onProgress: null, either.Token);
        return response.Status;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "An onion service's descriptor was not uploaded to a directory, attempt {Attempt}: {Why}")]
    private static partial void LogFailed(ILogger log, int attempt, string why);
}
