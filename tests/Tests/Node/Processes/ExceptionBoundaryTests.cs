using Tunic.Node.Processes;
using Tunic.Primitives.Errors;

namespace Tunic.Tests.Node.Processes;

public sealed class ExceptionBoundaryTests
{
    [Fact]
    public async Task A_failure_becomes_its_sentence_and_exit_code_1()
    {
        var said = new List<string>();

        int code = await ExceptionBoundary.RunAsync(
            () => throw new CommandException(ErrorKind.Configuration, "The port 9250 is in use."), said.Add);

        Assert.Equal(1, code);
        Assert.Equal(["The port 9250 is in use."], said);
    }

    [Fact]
    public async Task What_was_not_foreseen_is_called_a_fault_of_ours()
    {
        var said = new List<string>();

        int code = await ExceptionBoundary.RunAsync(() => throw new InvalidOperationException("x is null"), said.Add);

        Assert.Equal(1, code);
        Assert.Contains("Please report it", Assert.Single(said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_that_a_signal_asked_for_is_a_success() =>
        Assert.Equal(0, await ExceptionBoundary.RunAsync(() => throw new OperationCanceledException()));
}
