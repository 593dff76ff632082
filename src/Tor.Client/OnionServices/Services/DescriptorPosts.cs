using Tunic.Tor.Network;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.OnionServices.Directories;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tor.Client.OnionServices.Services;

/// <summary>Uploads of descriptors that other programs have made.</summary>
/// <remarks>Thread safe.</remarks>
internal sealed class DescriptorPosts(OnionServiceEnvironment environment, Action<DescriptorUploadNotice> tell) : IAsyncDisposable
{
    /// <summary>Uploads that may be under way; more are refused.</summary>
    internal const int MaxPosts = 1_024;

    private readonly DescriptorUploader _uploader = new(environment);
    private readonly BackgroundTasks _tasks = new(environment.Log);

    public ValueTask DisposeAsync() => _tasks.DisposeAsync();

    /// <summary>See <see cref="OnionServiceHost.TryPost"/>.</summary>
    internal bool TryPost(OnionAddress address, OnionServiceDescriptor descriptor, IReadOnlyList<Relay> directories)
    {
        if (environment.GetNetwork() is not { } network)
        {
            return false;
        }

        DescriptorPlacement placement = network.Directories.GetPlacement(DescriptorSlot.First);
        IReadOnlyList<Relay> chosen = directories.Count > 0 ? directories : network.Directories.FindForUpload(DescriptorSlot.First, descriptor.BlindedKey);
        return _tasks.Count + chosen.Count <= MaxPosts
            && chosen.All(directory => _tasks.TryRun(cancel => PostAsync(address, descriptor, directory, placement, cancel)));
    }

    private async Task PostAsync(OnionAddress address, OnionServiceDescriptor descriptor, Relay directory, DescriptorPlacement placement, CancellationToken cancel)
    {
        var notice = new DescriptorUploadNotice(DescriptorUploadStep.Upload, address, descriptor.BlindedKey, directory)
        {
            DirectoryIndex = placement.GetDirectoryIndex(directory.Ed25519Identity),
        };
        tell(notice);
        tell(notice with { Step = await _uploader.UploadAsync(directory, descriptor.Text, cancel) });
    }
}
