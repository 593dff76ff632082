using System.Net;
using System.Text;
using Tunic.Primitives.Cryptography;
using Tunic.Primitives.Time;
using Tunic.Tests.Interop.Support;
using Tunic.Tor.Protocol.Cells;
using Tunic.Tor.Protocol.OnionServices;
using Tunic.Tor.Protocol.OnionServices.Authorization;
using Tunic.Tor.Protocol.OnionServices.Descriptors;
using Tunic.Tor.Protocol.OnionServices.Directories;
using Tunic.Tor.Protocol.Paths;

namespace Tunic.Tests.Interop.OnionServices;

/// <summary>Descriptors of stock services read by our code, and ours by stock directories and clients.</summary>
public sealed class DescriptorInteropTests(SharedStockNetwork shared)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stock_services_descriptors_are_where_we_look_and_open(bool isPrivate)
    {
        await using TorControl control = await StartClientAsync();
        using ClientAuthorizationKey visitor = ClientAuthorizationKey.Generate(SystemRandomSource.Instance);
        string publicKey = ClientAuthorizationText.FormatPublicKey(visitor.PublicKey.Span).Split(':')[2];
        await control.SendAsync("SETEVENTS HS_DESC");
        DescriptorDirectories before = await StockOnionView.ReadAsync(control);

        IReadOnlyList<string> reply = await control.SendAsync(
            $"ADD_ONION NEW:ED25519-V3 Flags=DiscardPK{(isPrivate ? ",V3Auth" : "")} Port=80,127.0.0.1:1{(isPrivate ? " ClientAuthV3=" + publicKey : "")}");
        string label = reply[0]["ServiceID=".Length..];
        Assert.True(OnionAddress.TryParse(label, out OnionAddress address));
        List<string[]> uploads = [];
        await control.WaitForEventAsync(line => IsUploadDone(line, label, uploads));
        DescriptorDirectories after = await StockOnionView.ReadAsync(control);
        await control.SendAsync($"HSFETCH {label}");
        await control.WaitForEventAsync(line => line.StartsWith($"HS_DESC RECEIVED {label}", StringComparison.Ordinal));
        byte[] text = Encoding.ASCII.GetBytes(await control.GetInfoAsync($"hs/client/desc/id/{label}") + "\n");

        AssertPlaces(uploads, address, before, after);
        DateTime now = DateTime.UtcNow;
        Assert.True(OnionServiceDescriptor.TryParse(text, now, out OnionServiceDescriptor? descriptor, out string? failure), failure);
        PeriodCredential credential = FindCredential(address, descriptor, before, after);
        Assert.Equal(
            isPrivate ? DescriptorOpening.NeedsAuthorization : DescriptorOpening.Opened,
            descriptor.Open(credential, default, now, 31, out _));
        Assert.Equal(
            DescriptorOpening.Opened,
            descriptor.Open(credential, isPrivate ? visitor.ExportPrivateKey() : default, now, 31, out DescriptorContent? content));
        Assert.Equal(3, content!.IntroductionPoints.Count);
        Assert.True(content.FlowControl!.SupportsCongestionControl);
        Assert.All(content.IntroductionPoints, point => Assert.NotNull(point.LinkSpecifiers.Ed25519Identity));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Our_descriptor_is_kept_by_stock_directories_and_opened_by_a_stock_client(bool isPrivate)
    {
        StockTorNode client = (await shared.GetAsync()).Add(StockTorRole.Client);
        await client.WaitForBootstrapAsync(_limit);
        await using TorControl control = await client.ControlAsync();
        await control.SendAsync("SETEVENTS HS_DESC");
        DescriptorDirectories directories = await StockOnionView.ReadAsync(control);
        using Ed25519PrivateKey identity = Ed25519PrivateKey.Generate(SystemRandomSource.Instance);
        using ClientAuthorizationKey visitor = ClientAuthorizationKey.Generate(SystemRandomSource.Instance);
        using DescriptorKeys keys = DescriptorKeys.Create(
            identity, directories.FetchPeriod, isPrivate ? [visitor.PublicKey] : [], SystemRandomSource.Instance);
        DateTime now = DateTime.UtcNow;
        byte[] text = DescriptorWriter.Write(
            keys, Content(), keys.GetRevisionCounter(now, directories.Schedule.PreviousRunStart), now, SystemRandomSource.Instance);
        string label = new OnionAddress(identity.PublicKey).ToLabel();

        string body = Encoding.ASCII.GetString(text).Replace("\n", "\r\n", StringComparison.Ordinal);
        await control.SendAsync($"+HSPOST HSADDRESS={label}\r\n{body}.");
        await control.WaitForEventAsync(line => line.StartsWith($"HS_DESC UPLOADED {label}", StringComparison.Ordinal));
        await control.SendAsync($"HSFETCH {label}");
        string outcome = await control.WaitForEventAsync(line =>
            line.StartsWith($"HS_DESC RECEIVED {label}", StringComparison.Ordinal) || line.StartsWith($"HS_DESC FAILED {label}", StringComparison.Ordinal));

        Assert.StartsWith("HS_DESC RECEIVED", outcome, StringComparison.Ordinal);
        Assert.Equal(Encoding.ASCII.GetString(text), await control.GetInfoAsync($"hs/client/desc/id/{label}") + "\n");
        Assert.Equal(isPrivate, client.Log.Any(line => line.Contains("Fail to decrypt descriptor", StringComparison.Ordinal)));
        if (isPrivate)
        {
            string key = Convert.ToBase64String(visitor.ExportPrivateKey());
            IReadOnlyList<string> reply = await control.SendAsync($"ONION_CLIENT_AUTH_ADD {label} x25519:{key}");
            Assert.Contains("decrypted desc", reply[0], StringComparison.Ordinal);
        }
    }

    private static DescriptorContent Content() => new()
    {
        FlowControl = new DescriptorFlowControl("1-2", 31),
        ProofOfWork = new ProofOfWorkParameters(ProofOfWorkScheme.V1, new byte[32], 0, DateTime.UtcNow.AddHours(1)),
        IntroductionPoints = [.. Enumerable.Range(1, 3).Select(_ => Point())],
    };

    private static IntroductionPoint Point()
    {
        using Ed25519PrivateKey authentication = Ed25519PrivateKey.Generate(SystemRandomSource.Instance);
        using ClientAuthorizationKey encryption = ClientAuthorizationKey.Generate(SystemRandomSource.Instance);
        return new IntroductionPoint
        {
            LinkSpecifiers = LinkSpecifiers.For(IPEndPoint.Parse("127.0.0.1:9"), new(new byte[20]), authentication.PublicKey, null),
            OnionKey = encryption.PublicKey,
            AuthenticationKey = authentication.PublicKey,
            EncryptionKey = encryption.PublicKey,
        };
    }

    /// <summary>Notes each upload; true when directories have both descriptors.</summary>
    private static bool IsUploadDone(string line, string label, List<string[]> uploads)
    {
        if (line.StartsWith($"HS_DESC UPLOAD {label}", StringComparison.Ordinal))
        {
            uploads.Add(line.Split(' '));
        }

        return line.StartsWith($"HS_DESC UPLOADED {label}", StringComparison.Ordinal) && uploads.Select(words => words[5]).Distinct().Count() == 2;
    }

    /// <summary>Each upload went where ours would go by the consensus before or after; the event tells the directory, the blinded key and the index.</summary>
    private static void AssertPlaces(List<string[]> uploads, OnionAddress address, params DescriptorDirectories[] views)
    {
        HashSet<string> ours = [.. views.SelectMany(view => Enum.GetValues<DescriptorSlot>().SelectMany(slot => Places(view, slot, address)))];

        Assert.All(uploads, words => Assert.Contains($"{words[4].Split('~')[0]} {words[5]} {words[6].Split('=')[1].ToUpperInvariant()}", ours));
    }

    private static IEnumerable<string> Places(DescriptorDirectories view, DescriptorSlot slot, OnionAddress address)
    {
        DescriptorPlacement placement = view.GetPlacement(slot);
        BlindedKey key = BlindedKey.Create(address.Identity, placement.Period);
        foreach (Relay relay in view.FindForUpload(slot, key))
        {
            yield return $"{relay} {key} {placement.GetDirectoryIndex(relay.Ed25519Identity)}";
        }
    }

    private static PeriodCredential FindCredential(OnionAddress address, OnionServiceDescriptor descriptor, params DescriptorDirectories[] views) => views
        .Select(view => PeriodCredential.Create(address, view.FetchPeriod))
        .First(credential => credential.BlindedKey == descriptor.BlindedKey);

    private async Task<TorControl> StartClientAsync()
    {
        StockTorNode client = (await shared.GetAsync()).Add(StockTorRole.Client);
        await client.WaitForBootstrapAsync(_limit);
        return await client.ControlAsync();
    }
}
