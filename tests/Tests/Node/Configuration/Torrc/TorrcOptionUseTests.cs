using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Tunic.Node.Configuration.Torrc;
using Tunic.Tests.Repository;

namespace Tunic.Tests.Node.Configuration.Torrc;

/// <summary>An option that is called implemented has an effect: its value is read from the torrc, and somebody reads what was read.</summary>
public sealed class TorrcOptionUseTests
{
    private static readonly Type[] Records =
    [
        typeof(TorrcGeneralOptions), typeof(TorrcNetworkOptions), typeof(TorrcClientOptions), typeof(TorrcControlOptions), typeof(TorrcPathOptions), typeof(TorrcRelayOptions),
        typeof(TorrcExitOptions), typeof(TorrcAuthorityOptions), typeof(TorrcDefenseOptions), typeof(ClientPort), typeof(ServerPort),
        typeof(ControlPortLine), typeof(DirAuthorityLine), typeof(FallbackDirLine), typeof(TorrcOnionOptions), typeof(TorrcOnionService),
    ];

    /// <summary>Read by nobody, for a reason.</summary>
    private static readonly string[] Excused =
    [
        "ClientPort.KeepAliveIsolateSocksAuthentication", // a warning says so
        "ClientPort.GroupWritable", "ClientPort.WorldWritable", // of unix sockets, which are refused
        "ServerPort.IPv4Only", // a port without an address is one of IPv4
    ];

    /// <summary>Making the records and checking them is no use of them.</summary>
    private static readonly Type[] Readers = [.. Records, typeof(TorrcOptionsReader), typeof(TorrcValidation), typeof(ClientPortReader), typeof(ServerPortReader), typeof(ControlPortReader), typeof(OnionServiceReader)];

    [Fact]
    public void Every_property_that_options_are_read_into_is_read_by_somebody_else()
    {
        HashSet<MethodInfo> called = FindCalledGetters();

        IEnumerable<string> unused = Records.SelectMany(record => record.GetProperties(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(property => property.Name != "EqualityContract" && !called.Contains(property.GetMethod!))
            .Select(property => $"{property.DeclaringType!.Name}.{property.Name}");

        Assert.Equal(Excused.Order(StringComparer.Ordinal), unused.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_implemented_option_is_read_from_the_torrc()
    {
        string[] about = ["TorrcOptionTable", "TorrcValidation", "TorrcAliases", "TorrcTestingDefaults"];
        string code = string.Concat(Directory.GetFiles(RepositoryFiles.Path("src/Node/Configuration/Torrc"), "*.cs")
            .Where(file => !about.Contains(Path.GetFileNameWithoutExtension(file)))
            .Select(File.ReadAllText));

        IEnumerable<string> unread = TorrcOptionTable.All
            .Where(option => option.Support == TorrcOptionSupport.Implemented)
            .Select(option => option.Type == TorrcOptionType.LineListPart ? option.Name.TrimStart('_') : option.Name)
            .Where(name => !code.Contains($"\"{name}\"", StringComparison.Ordinal));

        Assert.Empty(unread);
    }

    private static HashSet<MethodInfo> FindCalledGetters()
    {
        Module module = typeof(TorrcOptions).Module;
        Dictionary<int, MethodInfo> getters = Records
            .SelectMany(record => record.GetProperties(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public))
            .ToDictionary(property => property.GetMethod!.MetadataToken, property => property.GetMethod!);
        using var image = new PEReader(File.OpenRead(module.FullyQualifiedName));
        MetadataReader metadata = image.GetMetadataReader();
        var called = new HashSet<MethodInfo>();
        foreach (MethodDefinitionHandle handle in metadata.MethodDefinitions)
        {
            MethodDefinition method = metadata.GetMethodDefinition(handle);
            if (method.RelativeVirtualAddress != 0 && !Readers.Contains(OutermostType(module, metadata, method)))
            {
                called.UnionWith(FindCalls(image.GetMethodBody(method.RelativeVirtualAddress).GetILContent(), getters));
            }
        }

        return called;
    }

    /// <summary>Lambdas and iterators are in types inside the one that wrote them.</summary>
    private static Type OutermostType(Module module, MetadataReader metadata, MethodDefinition method)
    {
        Type type = module.ResolveType(MetadataTokens.GetToken(metadata, method.GetDeclaringType()));
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type;
    }

    private static IEnumerable<MethodInfo> FindCalls(ImmutableArray<byte> code, Dictionary<int, MethodInfo> getters)
    {
        const byte Call = 0x28;
        const byte CallVirtual = 0x6F;
        for (int i = 0; i + sizeof(int) < code.Length; i++)
        {
            if (code[i] is Call or CallVirtual && getters.TryGetValue(BitConverter.ToInt32(code.AsSpan(i + 1, sizeof(int))), out MethodInfo? getter))
            {
                yield return getter;
            }
        }
    }
}
