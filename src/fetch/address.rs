//! Which addresses may be asked: those of the public internet, and those that the configuration allows.
//!
//! Whoever names a URL makes this machine connect; what stands behind its firewall, or on itself, is not for them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Addresses with a common beginning, such as `10.0.0.0/8` or `::1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    /// Bits of the beginning.
    bits: u8,
}

impl Network {
    const fn v4(a: u8, b: u8, c: u8, bits: u8) -> Network {
        Network { address: IpAddr::V4(Ipv4Addr::new(a, b, c, 0)), bits }
    }

    const fn v6(a: u16, b: u16, bits: u8) -> Network {
        Network { address: IpAddr::V6(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0)), bits }
    }

    /// Whether the address is one of the network's. `::ffff:10.1.2.3` is 10.1.2.3.
    pub fn holds(&self, address: IpAddr) -> bool {
        let shared = |a: u128, b: u128, width: u8| {
            let rest = u32::from(width - self.bits.min(width));
            (a ^ b).checked_shr(rest).unwrap_or(0) == 0
        };
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => shared(own.to_bits().into(), other.to_bits().into(), 32),
            (IpAddr::V6(own), IpAddr::V6(other)) => shared(own.to_bits(), other.to_bits(), 128),
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Network, String> {
        let problem =
            || format!("{text:?} is no network; write one like \"10.0.0.0/8\", \"192.0.2.7\" or \"fd00::/8\"");
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.trim().parse().map_err(|_| problem())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            None => width,
            Some(bits) => bits.trim().parse().ok().filter(|bits| *bits <= width).ok_or_else(problem)?,
        };
        match address {
            IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => Err(format!("{text:?}: write it as an IPv4 network")),
            address => Ok(Network { address, bits }),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.bits)
    }
}

/// What of IPv4 is not the public internet (IANA IPv4 Special-Purpose Address Registry, and multicast).
const CLOSED_V4: [Network; 16] = [
    Network::v4(0, 0, 0, 8),
    Network::v4(10, 0, 0, 8),
    // Shared by the customers of a provider (RFC 6598).
    Network::v4(100, 64, 0, 10),
    Network::v4(127, 0, 0, 8),
    // Link-local; where clouds tell machines their secrets.
    Network::v4(169, 254, 0, 16),
    Network::v4(172, 16, 0, 12),
    Network::v4(192, 0, 0, 24),
    Network::v4(192, 0, 2, 24),
    // Relays of 6to4.
    Network::v4(192, 88, 99, 24),
    Network::v4(192, 168, 0, 16),
    Network::v4(198, 18, 0, 15),
    Network::v4(198, 51, 100, 24),
    Network::v4(203, 0, 113, 24),
    // Multicast, reserved, broadcast.
    Network::v4(224, 0, 0, 4),
    Network::v4(240, 0, 0, 4),
    // Azure's host of a machine, public by its number alone.
    Network { address: IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)), bits: 32 },
];

/// Of IPv6 only this is given out for the public internet: loopback, link-local, unique local, multicast, mapped and
/// translated addresses (NAT64, `64:ff9b::/96`) lie outside.
const OPEN_V6: Network = Network::v6(0x2000, 0, 3);

/// What of [`OPEN_V6`] is not (IANA IPv6 Special-Purpose Address Registry).
const CLOSED_V6: [Network; 4] = [
    // Of protocols: Teredo, which has an IPv4 address inside; benchmarks; identifiers.
    Network::v6(0x2001, 0, 23),
    // Examples.
    Network::v6(0x2001, 0x0db8, 32),
    // 6to4 has an IPv4 address inside.
    Network::v6(0x2002, 0, 16),
    Network::v6(0x3fff, 0, 20),
];

/// Whether an address is of the public internet.
pub(super) fn is_public(address: IpAddr) -> bool {
    let address = address.to_canonical();
    let is_within = |networks: &[Network]| networks.iter().any(|network| network.holds(address));
    match address {
        IpAddr::V4(_) => !is_within(&CLOSED_V4),
        IpAddr::V6(_) => OPEN_V6.holds(address) && !is_within(&CLOSED_V6),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn is_open(address: &str) -> bool {
        is_public(address.parse().unwrap())
    }

    #[test]
    fn the_public_internet_is_open() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "93.184.215.14",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "169.253.0.1",
            "192.167.1.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4001::1",
            "2001:200::1",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_open(address), "{address}");
        }
    }

    #[test]
    fn all_else_is_closed() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "168.63.129.16",
            "::",
            "::1",
            "::2",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "64:ff9b::7f00:1",
            "64:ff9b::808:808",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:2::1",
            "2001:20::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:808:808::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ] {
            assert!(!is_open(address), "{address}");
        }
    }

    #[test]
    fn networks_are_read() {
        for (text, held, other) in [
            ("127.0.0.0/8", "127.9.9.9", "128.0.0.1"),
            ("127.0.0.0/8", "::ffff:127.0.0.1", "::1"),
            ("192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("10.1.2.3/8", "10.9.9.9", "11.0.0.1"),
            ("::1", "::1", "::2"),
            ("fd00::/8", "fdff::1", "fc00::1"),
            ("0.0.0.0/0", "10.0.0.1", "::1"),
            ("::/0", "fe80::1", "1.2.3.4"),
        ] {
            let network: Network = text.parse().unwrap();
            assert!(network.holds(held.parse().unwrap()) && !network.holds(other.parse().unwrap()), "{text}");
        }
        for text in [
            "",
            "/8",
            "127.0.0.1/33",
            "::1/129",
            "localhost",
            "10.0.0/8",
            "10.0.0.0/",
            "10.0.0.0/-1",
            "::ffff:1.2.3.4/96",
        ] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_mapped_address_is_judged_as_what_it_maps(bits: u32) {
            let v4 = Ipv4Addr::from_bits(bits);
            prop_assert_eq!(is_public(IpAddr::V4(v4)), is_public(IpAddr::V6(v4.to_ipv6_mapped())));
            prop_assert!(!is_public(IpAddr::V6(v4.to_ipv6_compatible())));
        }

        #[test]
        fn a_network_holds_its_own(bits: u128, length in 0u8..=128) {
            let address = IpAddr::V6(Ipv6Addr::from_bits(bits));
            if matches!(address.to_canonical(), IpAddr::V6(_)) {
                let network = Network { address, bits: length };
                prop_assert!(network.holds(address));
            }
        }

        #[test]
        fn no_text_does_harm(text in "\\PC{0,30}") {
            let _ = text.parse::<Network>();
        }
    }
}
