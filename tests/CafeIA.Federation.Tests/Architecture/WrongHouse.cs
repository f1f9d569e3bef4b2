#pragma warning disable IDE0130, IDE0161 // Rooms of a house of its own, that is wrong on purpose: its journal knows a hub.

namespace CafeIA.Federation.Tests.Architecture.WrongHouse.Hubs
{
    internal sealed record Grain(int Number);
}

namespace CafeIA.Federation.Tests.Architecture.WrongHouse.Journal
{
    internal static class Reader
    {
        public static Task<int> ReadAsync() => Task.FromResult(1);
    }

    internal static class Writer
    {
        public static async Task<int> WriteAsync() => new Hubs.Grain(await Reader.ReadAsync()).Number;
    }
}
