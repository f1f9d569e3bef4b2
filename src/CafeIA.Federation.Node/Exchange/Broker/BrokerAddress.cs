using System.Net.Security;
using System.Security.Authentication;
using MassTransit;
using RabbitMQ.Client;

namespace CafeIA.Federation.Node.Exchange.Broker;

/// <summary>How to reach the broker, for RabbitMQ.Client and for MassTransit alike, from one <c>amqp://</c> address.</summary>
internal static class BrokerAddress
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);

    /// <summary>Connections that do not repair themselves: a session that broke is closed whole and opened anew, topology first.</summary>
    public static ConnectionFactory Factory(Uri address, string name)
    {
        var factory = new ConnectionFactory
        {
            Uri = address,
            ClientProvidedName = name,
            AutomaticRecoveryEnabled = false,
            TopologyRecoveryEnabled = false,
            RequestedHeartbeat = Heartbeat,
            RequestedConnectionTimeout = ConnectPatience,
            ContinuationTimeout = ConnectPatience,
            HandshakeContinuationTimeout = ConnectPatience,
        };
        if (factory.Ssl.Enabled)
        {
            factory.Ssl.ServerName = factory.HostName;
            factory.Ssl.AcceptablePolicyErrors = SslPolicyErrors.None;
        }
        return factory;
    }

    public static void UseBroker(this IRabbitMqBusFactoryConfigurator bus, ConnectionFactory factory) =>
        bus.Host(factory.HostName, (ushort)factory.Endpoint.Port, factory.VirtualHost, factory.ClientProvidedName, host =>
        {
            host.Username(factory.UserName);
            host.Password(factory.Password);
            host.Heartbeat(Heartbeat);
            host.RequestedConnectionTimeout(ConnectPatience);
            host.ContinuationTimeout(ConnectPatience);
            host.PublisherConfirmation = true;
            if (factory.Ssl.Enabled)
            {
                host.UseSsl(tls =>
                {
                    tls.Protocol = SslProtocols.Tls12 | SslProtocols.Tls13;
                    tls.ServerName = factory.HostName;
                    tls.EnforcePolicyErrors(SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateNotAvailable);
                });
            }
        });
}
