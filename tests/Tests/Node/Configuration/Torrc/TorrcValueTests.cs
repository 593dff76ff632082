using Tunic.Node.Configuration.Torrc;

namespace Tunic.Tests.Node.Configuration.Torrc;

public sealed class TorrcValueTests
{
    [Theory]
    [InlineData("5", 5)]
    [InlineData("5 bytes", 5)]
    [InlineData("1KB", 1024)]
    [InlineData("2 KBytes", 2048)]
    [InlineData("1 kilobits", 128)]
    [InlineData("1.5 MB", 1_572_864)]
    [InlineData("3 m", 3_145_728)]
    [InlineData("1 GBit", 134_217_728)]
    [InlineData("1 TBytes", 1_099_511_627_776)]
    [InlineData("0", 0)]
    public void Sizes_have_units_in_any_case(string text, long bytes)
    {
        Assert.True(TorrcUnits.TryReadSize(text, out long value, out string fault), fault);
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("5", 5)]
    [InlineData("2 minutes", 120)]
    [InlineData("1 Hour", 3600)]
    [InlineData("0.5 days", 43_200)]
    [InlineData("2 weeks", 1_209_600)]
    [InlineData("1 month", 2_629_728)]
    public void Intervals_are_in_seconds_without_a_unit(string text, int seconds)
    {
        Assert.True(TorrcUnits.TryReadInterval(text, out TimeSpan value, out string fault), fault);
        Assert.Equal(TimeSpan.FromSeconds(seconds), value);
    }

    [Fact]
    public void Millisecond_intervals_are_in_milliseconds_without_a_unit()
    {
        Assert.True(TorrcUnits.TryReadMilliseconds("15", out TimeSpan fifteen, out _));
        Assert.True(TorrcUnits.TryReadMilliseconds("2 seconds", out TimeSpan two, out _));

        Assert.Equal((15, 2000), ((int)fifteen.TotalMilliseconds, (int)two.TotalMilliseconds));
    }

    [Theory]
    [InlineData(TorrcOptionType.Flag, "2", "Unrecognized value 2. Allowed values are 0 and 1.")]
    [InlineData(TorrcOptionType.Flag, "true", "Unrecognized value true. Allowed values are 0 and 1.")]
    [InlineData(TorrcOptionType.FlagOrAuto, "on", "Unrecognized value on. Allowed values are 0, 1, and auto.")]
    [InlineData(TorrcOptionType.Integer, "-1", "Integer -1 is malformed or out of bounds. Allowed values are between 0 and 2147483647.")]
    [InlineData(TorrcOptionType.Integer, "9999999999", "Integer 9999999999 is malformed or out of bounds. Allowed values are between 0 and 2147483647.")]
    [InlineData(TorrcOptionType.Size, "5 parsecs", "Provided value is malformed or out of bounds: Unknown unit in 5 parsecs")]
    [InlineData(TorrcOptionType.Size, "much", "Provided value is malformed or out of bounds: Unable to parse much as a number")]
    [InlineData(TorrcOptionType.Interval, "1 fortnight", "Provided value is malformed or out of bounds: Unknown unit in 1 fortnight")]
    [InlineData(TorrcOptionType.Interval, "9999 months", "Provided value 9999 months is too large")]
    [InlineData(TorrcOptionType.Real, "half", "Could not convert \"half\" to a number.")]
    public void A_value_of_the_wrong_form_is_told_in_stocks_words(object type, string value, string fault) =>
        Assert.Equal(fault, TorrcValue.FindFault((TorrcOptionType)type, value));

    [Theory]
    [InlineData(TorrcOptionType.FlagOrAuto, "AUTO")]
    [InlineData(TorrcOptionType.SignedInteger, "-5")]
    [InlineData(TorrcOptionType.LongInteger, "18446744073709551615")]
    [InlineData(TorrcOptionType.CsvInterval, "10,20,nonsense")]
    [InlineData(TorrcOptionType.Real, "-1.5")]
    public void A_value_of_the_right_form_has_no_fault(object type, string value) => Assert.Null(TorrcValue.FindFault((TorrcOptionType)type, value));
}
