using System.Globalization;
using Tunic.Tor.Protocol.Documents.Policies;

namespace Tunic.Node.Configuration.Torrc;

/// <summary>Reads rules about addresses and ports.</summary>
internal static class TorrcRules
{
    /// <exception cref="TorrcException">A rule is malformed.</exception>
    internal static ExitPolicy ReadPolicy(TorrcSettings settings, string option)
    {
        var rules = new List<ExitPolicyRule>();
        foreach (TorrcLine line in settings.Lines(option))
        {
            if (!ExitPolicyParser.TryParseConfiguration(line.Value, out ExitPolicy policy))
            {
                throw TorrcException.Invalid($"Error in {option} entry: malformed policy '{line.Value}'", line);
            }

            rules.AddRange(policy.Rules);
        }

        return new ExitPolicy(rules);
    }

    /// <summary>A policy about who may come, in which ports do not matter (stock load_policy_from_option).</summary>
    /// <exception cref="TorrcException">A rule is malformed.</exception>
    internal static ExitPolicy ReadAddressPolicy(TorrcSettings settings, string option)
    {
        ExitPolicy policy = ReadPolicy(settings, option);
        if (policy.Rules.Any(rule => rule.Ports != ExitPolicyRule.AllPorts))
        {
            settings.Warn($"Ignoring ports in {option} option.", settings.Line(option));
        }

        return new ExitPolicy(policy.Rules.Select(rule => rule with { Ports = ExitPolicyRule.AllPorts }));
    }

    /// <exception cref="TorrcException">Something is no port.</exception>
    internal static IReadOnlySet<int> ReadPorts(TorrcSettings settings, string option) => settings.Csv(option).Select(text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= ushort.MaxValue
            ? port
            : throw TorrcException.Invalid($"Port '{text}' out of range in {option}", settings.Line(option))).ToHashSet();
}
