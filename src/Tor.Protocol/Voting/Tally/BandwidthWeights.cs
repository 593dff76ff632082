namespace Tunic.Tor.Protocol.Voting.Tally;

/// <summary>Computes the <c>bandwidth-weights</c> line (dir-spec, "Computing Bandwidth Weights"), in stock tor's integers.</summary>
/// <remarks>The divisions round towards zero and their order matters: authorities must agree on every digit. 128 bits, so that no vote makes them overflow.</remarks>
public static class BandwidthWeights
{
    /// <summary>Scale of the weights unless the parameter "bwweightscale" says otherwise.</summary>
    public const int DefaultScale = 10_000;

    private const long Margin = 10;

    /// <summary>The line without line feed; null when there are no balanced weights, and no line then.</summary>
    /// <param name="totals">Bandwidth by role; every part positive.</param>
    /// <param name="scale">1 or more.</param>
    public static string? Format(BandwidthTotals totals, long scale)
    {
        if (totals.Guard <= 0 || totals.Middle <= 0 || totals.Exit <= 0 || totals.Both <= 0 || Compute(new Wide(totals), scale) is not { } w)
        {
            return null;
        }

        return $"bandwidth-weights Wbd={w.Wmd} Wbe={w.Wme} Wbg={w.Wmg} Wbm={scale} Wdb={scale} "
            + $"Web={scale} Wed={w.Wed} Wee={w.Wee} Weg={w.Wed} Wem={w.Wee} "
            + $"Wgb={scale} Wgd={w.Wgd} Wgg={w.Wgg} Wgm={w.Wgg} "
            + $"Wmb={scale} Wmd={w.Wmd} Wme={w.Wme} Wmg={w.Wmg} Wmm={scale}";
    }

    private static Weights? Compute(Wide totals, Int128 scale)
    {
        bool exitIsScarce = 3 * totals.Exit < totals.Total;
        bool guardIsScarce = 3 * totals.Guard < totals.Total;
        return (exitIsScarce, guardIsScarce) switch
        {
            (false, false) => NeitherIsScarce(totals, scale),
            (true, true) => BothAreScarce(totals, scale),
            _ => OneIsScarce(totals, scale),
        };
    }

    private static Weights? NeitherIsScarce(Wide t, Int128 scale)
    {
        Int128 wee = scale * (t.Exit + t.Guard + t.Middle) / (3 * t.Exit);
        Int128 wmg = scale * ((2 * t.Guard) - t.Exit - t.Middle) / (3 * t.Guard);
        var weights = new Weights(
            Wgg: scale - wmg, Wgd: scale / 3, Wmg: wmg, Wme: scale - wee, Wmd: scale / 3, Wee: wee, Wed: scale / 3);
        return Check(weights, t, scale) == Balance.Good ? weights : null;
    }

    private static Weights? BothAreScarce(Wide t, Int128 scale)
    {
        Int128 scarcer = Int128.Min(t.Exit, t.Guard);
        Int128 other = Int128.Max(t.Exit, t.Guard);
        if (scarcer + t.Both < other)
        {
            bool toExit = t.Exit < t.Guard;
            return new Weights(Wgg: scale, Wgd: toExit ? 0 : scale, Wmg: 0, Wme: 0, Wmd: 0, Wee: scale, Wed: toExit ? scale : 0);
        }

        Int128 wed = scale * (t.Both - (2 * t.Exit) + (4 * t.Guard) - (2 * t.Middle)) / (3 * t.Both);
        var weights = new Weights(
            Wgg: scale,
            Wgd: (scale - wed) / 2,
            Wmg: 0,
            Wme: scale * (t.Guard - t.Middle) / t.Exit,
            Wmd: (scale - wed) / 2,
            Wee: scale * (t.Exit - t.Guard + t.Middle) / t.Exit,
            Wed: wed);
        if (Check(weights, t, scale) == Balance.Good)
        {
            return weights;
        }

        wed = scale * (t.Both - (2 * t.Exit) + t.Guard + t.Middle) / (3 * t.Both);

        // Negative when the middle has more than its third.
        Int128 wmd = Int128.Max(scale * (t.Both - (2 * t.Middle) + t.Guard + t.Exit) / (3 * t.Both), 0);
        weights = new Weights(Wgg: scale, Wgd: scale - wed - wmd, Wmg: 0, Wme: 0, Wmd: wmd, Wee: scale, Wed: wed);
        return Check(weights, t, scale) is Balance.Good or Balance.MiddleOff ? weights : null;
    }

    private static Weights? OneIsScarce(Wide t, Int128 scale)
    {
        bool guardIsScarce = t.Guard < t.Exit;
        if (3 * (Int128.Min(t.Exit, t.Guard) + t.Both) < t.Total)
        {
            if (guardIsScarce)
            {
                Int128 wmeOnly = t.Exit < t.Middle ? 0 : scale * (t.Exit - t.Middle) / (2 * t.Exit);
                return new Weights(Wgg: scale, Wgd: scale, Wmg: 0, Wme: wmeOnly, Wmd: 0, Wee: scale - wmeOnly, Wed: 0);
            }

            Int128 wmgOnly = t.Guard < t.Middle ? 0 : scale * (t.Guard - t.Middle) / (2 * t.Guard);
            return new Weights(Wgg: scale - wmgOnly, Wgd: 0, Wmg: wmgOnly, Wme: 0, Wmd: 0, Wee: scale, Wed: scale);
        }

        Weights weights;
        if (guardIsScarce)
        {
            Int128 wgd = scale * (t.Both - (2 * t.Guard) + t.Exit + t.Middle) / (3 * t.Both);
            Int128 wee = scale * (t.Exit + t.Middle) / (2 * t.Exit);
            weights = new Weights(Wgg: scale, Wgd: wgd, Wmg: 0, Wme: scale - wee, Wmd: (scale - wgd) / 2, Wee: wee, Wed: (scale - wgd) / 2);
        }
        else
        {
            Int128 wed = scale * (t.Both - (2 * t.Exit) + t.Guard + t.Middle) / (3 * t.Both);
            Int128 wgg = scale * (t.Guard + t.Middle) / (2 * t.Guard);
            weights = new Weights(Wgg: wgg, Wgd: (scale - wed) / 2, Wmg: scale - wgg, Wme: 0, Wmd: (scale - wed) / 2, Wee: scale, Wed: wed);
        }

        return Check(weights, t, scale) == Balance.Good ? weights : null;
    }

    private static Balance Check(Weights w, Wide t, Int128 scale)
    {
        if (!IsNear(w.Wed + w.Wmd + w.Wgd, scale, Margin) || !IsNear(w.Wmg + w.Wgg, scale, Margin) || !IsNear(w.Wme + w.Wee, scale, Margin)
            || !w.AreWithin(scale))
        {
            return Balance.Impossible;
        }

        Int128 tolerance = Margin * t.Total / 3;
        Int128 guard = (w.Wgg * t.Guard) + (w.Wgd * t.Both);
        if (!IsNear(guard, (w.Wee * t.Exit) + (w.Wed * t.Both), tolerance))
        {
            return Balance.ExitOff;
        }

        Int128 middle = (t.Middle * scale) + (w.Wmd * t.Both) + (w.Wme * t.Exit) + (w.Wmg * t.Guard);
        return IsNear(guard, middle, tolerance) ? Balance.Good : Balance.MiddleOff;
    }

    private static bool IsNear(Int128 a, Int128 b, Int128 margin) => Int128.Abs(a - b) <= margin;

    private enum Balance
    {
        Good,
        Impossible,
        ExitOff,
        MiddleOff,
    }

    private readonly record struct Weights(Int128 Wgg, Int128 Wgd, Int128 Wmg, Int128 Wme, Int128 Wmd, Int128 Wee, Int128 Wed)
    {
        public bool AreWithin(Int128 scale) =>
            IsWithin(Wgg, scale) && IsWithin(Wgd, scale) && IsWithin(Wmg, scale) && IsWithin(Wme, scale)
            && IsWithin(Wmd, scale) && IsWithin(Wed, scale) && IsWithin(Wee, scale);

        private static bool IsWithin(Int128 weight, Int128 scale) => weight >= 0 && weight <= scale;
    }

    private readonly struct Wide(BandwidthTotals totals)
    {
        public Int128 Guard { get; } = totals.Guard;

        public Int128 Middle { get; } = totals.Middle;

        public Int128 Exit { get; } = totals.Exit;

        public Int128 Both { get; } = totals.Both;

        public Int128 Total { get; } = totals.Total;
    }
}
