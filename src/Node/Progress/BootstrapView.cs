using Tunic.Tor.Client;

namespace Tunic.Node.Progress;

/// <summary>A client's bootstrap as a step of longer work.</summary>
internal static class BootstrapView
{
    /// <summary>Shows how far the client has come, from now until it has bootstrapped.</summary>
    internal static void Show(this IProgressView view, TorClient client) => client.BootstrapChanged += progress =>
    {
        view.Begin($"client: {progress.Percent}% {progress.Summary}");
        if (progress == BootstrapProgress.Done)
        {
            view.Done("the client has bootstrapped");
        }
    };
}
